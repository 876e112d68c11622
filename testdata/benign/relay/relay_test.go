package relay

import (
	"testing"
	"time"
)

func TestChain(t *testing.T) {
	in, out := Chain(5, time.Millisecond)
	in <- 1
	close(in)
	if v := <-out; v != 6 {
		t.Error(v)
	}
}

// The value is still on its way when the test is over.
func TestChainLate(t *testing.T) {
	in, out := Chain(10, 30*time.Millisecond)
	in <- 1
	close(in)
	go func() { <-out }()
}

func TestTree(t *testing.T) {
	start := make(chan struct{})
	Tree(6, start)
	time.AfterFunc(140*time.Millisecond, func() { close(start) })
}

func TestTreeAtOnce(t *testing.T) {
	start := make(chan struct{})
	Tree(7, start)
	close(start)
}

// Its goroutines are runnable in turn for a while.
func TestPingPong(t *testing.T) { PingPong(5000) }
