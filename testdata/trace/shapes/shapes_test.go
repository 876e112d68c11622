// Package shapes makes traces in which goroutines do all that a trace can tell, many of them at once.
package shapes

import (
	"context"
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestMany(t *testing.T) {
	var outer sync.WaitGroup
	for range 20 {
		outer.Add(1)
		go func() {
			defer outer.Done()
			var inner sync.WaitGroup
			for range 500 {
				inner.Add(1)
				go func() {
					defer inner.Done()
					runtime.Gosched()
				}()
			}
			inner.Wait()
		}()
	}
	outer.Wait()
}

// Each goroutine creates the next and ends: threads' clocks tie and contradict each other.
func TestChain(t *testing.T) {
	done := make(chan struct{})
	var next func(n int)
	next = func(n int) {
		if n == 0 {
			close(done)
			return
		}
		go next(n - 1)
	}
	next(2000)
	<-done
}

func TestPingPong(t *testing.T) {
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v
		}
	}()
	for i := range 3000 {
		a <- i
		<-b
	}
}

func TestCollections(t *testing.T) {
	for range 20 {
		go func() {
			var s [][]byte
			for range 200 {
				s = append(s, make([]byte, 10000))
			}
			runtime.KeepAlive(s)
		}()
		runtime.GC()
	}
}

// To Go 1.25, who is preempted to be looked at blocks without a status of its own in the generation.
func TestPreempted(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 8 {
		t.Skip("a collection among goroutines that compute takes seconds where these have all procs")
	}
	var stop atomic.Bool
	for range 4 {
		go func() {
			for n := 0; !stop.Load(); {
				for i := range 20000 {
					n += i * i
				}
			}
		}()
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		runtime.GC()
	}
	stop.Store(true)
}

func TestAnnotations(t *testing.T) {
	ctx, task := trace.NewTask(context.Background(), "job")
	trace.WithRegion(ctx, "region", func() { trace.Log(ctx, "sleep", "select") })
	task.End()
}

func TestPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		var b [1]byte
		for {
			if _, err := r.Read(b[:]); err != nil {
				return
			}
		}
	}()
	for range 500 {
		w.Write([]byte{1})
	}
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		go l.Accept()
	}
}

func TestTimers(t *testing.T) {
	for i := range 50 {
		time.AfterFunc(time.Duration(i)*time.Millisecond, func() { go func() { select {} }() })
	}
	tick := time.NewTicker(time.Millisecond)
	go func() {
		for range tick.C {
		}
	}()
	time.Sleep(60 * time.Millisecond)
}

func TestMutex(t *testing.T) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 2000 {
				mu.Lock()
				runtime.Gosched()
				mu.Unlock()
			}
		}()
	}
	all.Wait()
}

func TestParallel(t *testing.T) {
	for range 50 {
		t.Run("outer", func(t *testing.T) {
			t.Parallel()
			for range 3 {
				t.Run("inner", func(t *testing.T) { t.Log("x") })
			}
		})
	}
}

func TestSpin(t *testing.T) {
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	time.Sleep(20 * time.Millisecond)
	go func() {
		for {
			runtime.Gosched()
		}
	}()
	time.Sleep(5 * time.Millisecond)
	close(stop)
}

func TestSystemCalls(t *testing.T) {
	for range 4 {
		go func() {
			for range 2000 {
				if f, err := os.Open("/proc/self/stat"); err == nil {
					var b [64]byte
					f.Read(b[:])
					f.Close()
				}
			}
		}()
	}
	time.Sleep(50 * time.Millisecond)
}

// How the trace ends, when END says so.
func TestZEnd(t *testing.T) {
	switch os.Getenv("END") {
	case "stop":
		trace.Stop()
	case "elsewhere":
		go trace.Stop()
		time.Sleep(20 * time.Millisecond)
	case "panic":
		time.Sleep(10 * time.Millisecond)
		panic("as asked for")
	case "exit":
		os.Exit(1)
	case "fail":
		t.Fail()
	case "forever":
		select {}
	}
}

func TestZLater(t *testing.T) { time.Sleep(3 * time.Millisecond) }
