// Package sleepy starts goroutines that nothing ends.
package sleepy

import "time"

// Janitor sweeps for ever. Its timer keeps a process from coming to rest.
func Janitor() {
	go sweep()
}

func sweep() {
	for {
		time.Sleep(20 * time.Millisecond)
	}
}

// Wait blocks n goroutines for ever.
func Wait(n int) {
	for range n {
		go block(make(chan int))
	}
}

func block(c chan int) {
	<-c
}
