// Package catalogue starts what well-known libraries never end.
package catalogue

import (
	"io"
	"log"
	"net"
	"path/filepath"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"
	"github.com/cihub/seelog"
	"github.com/dlclark/regexp2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	golog "github.com/ipfs/go-log/writer"
	gocache "github.com/patrickmn/go-cache"
	"github.com/rcrowley/go-metrics"
	"github.com/rollbar/rollbar-go"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/valyala/fasthttp"
	"go.opencensus.io/stats/view"
	"gopkg.in/natefinch/lumberjack.v2"
	"k8s.io/klog/v2"
)

func TestOpenCensus(*testing.T) { view.NewMeter().Start() }

func TestLumberjack(t *testing.T) {
	l := &lumberjack.Logger{Filename: filepath.Join(t.TempDir(), "log")}
	log.New(l, "", 0).Print("a line")
	l.Close()
}

func TestKlog(*testing.T) { klog.StartFlushDaemon(time.Minute) }

func TestGoCache(*testing.T) { kept = gocache.New(time.Minute, time.Minute) }

// Only the collector ends a cache's janitor.
var kept *gocache.Cache

func TestLRU(*testing.T) { expirable.NewLRU[string, int](10, nil, time.Minute) }

func TestGoMetrics(*testing.T) { metrics.NewMeter() }

func TestGoleveldb(t *testing.T) {
	db, err := leveldb.Open(storage.NewMemStorage(), nil)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

func TestRegexp2(t *testing.T) {
	re := regexp2.MustCompile("a+b", 0)
	re.MatchTimeout = 10 * time.Second
	if ok, err := re.MatchString("aab"); !ok {
		t.Fatal(err)
	}
}

func TestRollbar(*testing.T) { rollbar.NewAsyncTransport("", "", 1) }

func TestBleve(*testing.T) { index.NewAnalysisQueue(1) }

func TestSeelog(t *testing.T) {
	if _, err := seelog.LoggerFromConfigAsString(`<seelog type="asyncloop"/>`); err != nil {
		t.Fatal(err)
	}
}

func TestGoLog(*testing.T) { golog.NewMirrorWriter() }

func TestFasthttp(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		c.Read(make([]byte, 4096))
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		c.Close()
	}()
	client := &fasthttp.Client{}
	if _, _, err := client.Get(nil, "http://"+ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	<-served
	ln.Close()
}
