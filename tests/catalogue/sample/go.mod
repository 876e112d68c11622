module example.com/catalogue

go 1.24

require (
	github.com/blevesearch/bleve_index_api v1.4.1
	github.com/cihub/seelog v0.0.0-20170130134532-f561c5e57575
	github.com/dlclark/regexp2 v1.12.0
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/ipfs/go-log v1.0.5
	github.com/patrickmn/go-cache v2.1.0+incompatible
	github.com/rcrowley/go-metrics v0.0.0-20250401214520-65e299d6c5c9
	github.com/rollbar/rollbar-go v1.4.5
	github.com/syndtr/goleveldb v1.0.0
	github.com/valyala/fasthttp v1.58.0
	go.opencensus.io v0.24.0
	gopkg.in/natefinch/lumberjack.v2 v2.2.1
	k8s.io/klog/v2 v2.140.0
)

require (
	github.com/andybalholm/brotli v1.1.1 // indirect
	github.com/go-logr/logr v1.4.1 // indirect
	github.com/golang/snappy v0.0.0-20180518054509-2e65f85255db // indirect
	github.com/klauspost/compress v1.17.11 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
)
