//go:build go1.25

package main

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A bubble in which every goroutine is durably blocked, but for one.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		var lock sync.Mutex
		wg.Add(1)
		lock.Lock()
		c := make(chan int)
		go func() { c <- 1 }()
		go func() {
			select {
			case <-c:
			case <-make(chan int):
			}
			<-c
		}()
		go func() { <-make(chan int) }()
		go wg.Wait()
		go lock.Lock()
		go time.Sleep(time.Hour)
		fmt.Println("ready")
		select {}
	})
}
