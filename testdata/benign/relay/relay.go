// Package relay passes what it gets from one goroutine to the next.
package relay

import "time"

// Chain connects n stages, each of which adds one after a pause.
func Chain(n int, pause time.Duration) (chan<- int, <-chan int) {
	first := make(chan int)
	last := first
	for range n {
		in, out := last, make(chan int, 1)
		go func() {
			defer close(out)
			for v := range in {
				time.Sleep(pause)
				out <- v + 1
			}
		}()
		last = out
	}
	return first, last
}

// Tree starts two goroutines that start two, and so on; all of them wait for go.
func Tree(depth int, start <-chan struct{}) {
	if depth == 0 {
		return
	}
	for range 2 {
		go func() {
			Tree(depth-1, start)
			<-start
		}()
	}
}

// PingPong hands a ball over n times.
func PingPong(n int) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
		close(pong)
	}()
	go func() {
		for i := range n {
			ping <- i
			<-pong
		}
		close(ping)
	}()
}
