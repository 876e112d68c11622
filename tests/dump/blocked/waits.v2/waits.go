// Package waits blocks. The last element of its path has a dot.
package waits

import (
	"context"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

type number interface{ ~int | ~string }

type pair[K number, V any] struct {
	key   K
	value V
	ready chan V
}

//go:noinline
func (p *pair[K, V]) send(v V) {
	p.ready <- v
	p.value = v
}

func receive[T any](c chan T) T {
	return func() T { return <-c }()
}

type point struct{ x, y int }

type shape struct {
	name  string
	from  point
	to    point
	inner struct{ a, b [1]int8 }
}

func (s shape) byValue(c chan int) { <-c; runtime.KeepAlive(s) }

func (s *shape) byPointer(c chan int) { c <- 1 }

//go:noinline
func aggregates(s shape, any interface{}, e struct{}, m map[string]int, f float64, b bool) {
	Forever()
	runtime.KeepAlive([]interface{}{s, any, e, m, f, b})
}

// Nested deeper than Go prints, and larger than it has offsets for.
type bulk struct {
	a struct {
		b struct {
			c struct {
				d struct{ e struct{ f [40]int } }
			}
		}
	}
}

//go:noinline
func large(before [3]int, much bulk, after int, more [2]string) {
	Forever()
	runtime.KeepAlive([]interface{}{before, much, after, more})
}

//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k, l int) {
	Forever()
	runtime.KeepAlive([]int{a, b, c, d, e, f, g, h, i, j, k, l})
}

//go:noinline
func Forever() { select {} }

func channels() {
	full := make(chan int, 2)
	full <- 1
	full <- 2
	go func() { full <- 3 }()
	go func() { var none chan int; none <- 1 }()
	go func() { var none chan int; <-none }()
	go func() {
		for range make(chan int) {
		}
	}()
	go func() {
		var none chan int
		select {
		case <-make(chan int):
		case none <- 1:
		}
	}()
	go (&pair[int, string]{ready: make(chan string)}).send("x")
	go (&pair[string, shape]{ready: make(chan shape)}).send(shape{})
	go receive(make(chan map[string]int))
	s := &shape{name: "s"}
	go s.byValue(make(chan int))
	go s.byPointer(make(chan int))
	method := s.byPointer
	go method(make(chan int))
	go func(c chan int) {
		defer func() { <-c }()
		panic(func() int { defer func() { recover() }(); return 1 }())
	}(make(chan int))
}

func locks() {
	var m sync.Mutex
	var rw, held sync.RWMutex
	var wg sync.WaitGroup
	var once sync.Once
	m.Lock()
	rw.RLock()
	held.Lock()
	wg.Add(1)
	go m.Lock()
	go rw.Lock()
	go held.RLock()
	go wg.Wait()
	go once.Do(Forever)
	go func() {
		c := sync.NewCond(&sync.Mutex{})
		c.L.Lock()
		c.Wait()
	}()
}

func system() {
	r, w := io.Pipe()
	go io.ReadAll(r)
	go context.AfterFunc(context.Background(), func() { w.Close() })
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		go l.Accept()
	}
	if fds := make([]int, 2); syscall.Pipe(fds) == nil {
		go syscall.Read(fds[0], make([]byte, 1))
	}
	go func() {
		runtime.LockOSThread()
		<-make(chan int)
	}()
	signal.Notify(make(chan os.Signal), syscall.SIGUSR1)
	go time.Sleep(time.Hour)
	go func() {
		for range time.NewTicker(time.Hour).C {
		}
	}()
	go func() {
		for {
		}
	}()
}

// All starts one goroutine for each wait.
func All() {
	channels()
	locks()
	system()
	go aggregates(shape{name: "a"}, 1, struct{}{}, nil, 1.5, true)
	go large([3]int{1, 2, 3}, bulk{}, 4, [2]string{"a", "b"})
	go many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
}
