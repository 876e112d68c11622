// Package bench compresses blocks on a goroutine each.
package bench

// A Block is compressed when somebody asks for it.
type Block struct{ packed chan []byte }

func Pack(b []byte) *Block {
	k := &Block{make(chan []byte)}
	//straggler:leak class=chan-send detail=unbuffered count=4 owner=benchmark test=BenchmarkPack
	//straggler:leak class=chan-send detail=unbuffered count=4 owner=benchmark test=BenchmarkSizes/small
	//straggler:leak class=chan-send detail=unbuffered count=8 owner=benchmark test=BenchmarkSizes/large
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=benchmark test=BenchmarkSizes
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestPack
	go func() { k.packed <- b[:len(b)/2] }()
	return k
}

func (k *Block) Bytes() []byte { return <-k.packed }
