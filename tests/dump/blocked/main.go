// Goroutines in every kind of wait, for the reader of dumps: it prints "ready"
// and blocks until SIGQUIT.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	waits "example.com/blocked/waits.v2"
)

// more is what newer versions of Go can do besides.
var more []func()

//go:noinline
func deep(n int) {
	if n == 0 {
		select {}
	}
	deep(n - 1)
	runtime.KeepAlive(n)
}

//go:noinline
func nested(n int) {
	if n == 0 {
		waits.Forever()
	}
	go nested(n - 1)
	select {}
}

// ask makes the collector look at what waits and, with Go 1.26, at what nothing can wake.
func ask() {
	runtime.GC() // the time of waiting counts from the end of the collection before
	runtime.GC()
	if p := pprof.Lookup("goroutineleak"); p != nil {
		p.WriteTo(io.Discard, 0)
	}
}

func main() {
	waits.All()
	go deep(150)
	go nested(5)
	for _, f := range more {
		f()
	}
	time.Sleep(300 * time.Millisecond)
	if len(os.Args) < 2 {
		ask()
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Println("ready")
	waits.Forever()
}
