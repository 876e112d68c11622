// Writes an execution trace of about the size asked for.
//
// usage: generate MEBIBYTES FILE [many]
//
// The work is a mix of channels, locks, timers, system calls and short goroutines; with "many"
// 100,000 goroutines are alive throughout.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type counter struct {
	f *os.File
	n atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.f.Write(p)
}

func work(stop *atomic.Bool) {
	a, b := make(chan int, 1), make(chan int)
	go func() {
		for v := range a {
			b <- v
		}
		close(b)
	}()
	var mu sync.Mutex
	for i := 0; !stop.Load(); i++ {
		a <- i
		<-b
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				mu.Lock()
				runtime.Gosched()
				mu.Unlock()
			}()
		}
		wg.Wait()
		if i%8 == 0 {
			os.Stat("/")
		}
		if i%64 == 0 {
			time.Sleep(time.Microsecond)
		}
	}
	close(a)
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: generate MEBIBYTES FILE [many]")
		os.Exit(2)
	}
	size, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	f, err := os.Create(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	out := &counter{f: f}
	if err := trace.Start(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if len(os.Args) > 3 {
		forever := make(chan struct{})
		for range 100_000 {
			go func() { <-forever }()
		}
	}
	var stop atomic.Bool
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			work(&stop)
		}()
	}
	for out.n.Load() < size<<20 {
		time.Sleep(20 * time.Millisecond)
	}
	stop.Store(true)
	all.Wait()
	trace.Stop()
	f.Close()
}
