// Package timeout does not come to an end.
package timeout

import (
	"sync"
	"testing"
	"time"
)

func TestSleep(t *testing.T)    { time.Sleep(time.Hour) }
func TestDeadlock(t *testing.T) { <-make(chan int) }
func TestSpin(t *testing.T) {
	for {
	}
}

func TestLocks(t *testing.T) {
	var a, b sync.Mutex
	var ready sync.WaitGroup
	ready.Add(2)
	lock := func(first, second *sync.Mutex) {
		first.Lock()
		ready.Done()
		ready.Wait()
		second.Lock()
	}
	go lock(&a, &b)
	lock(&b, &a)
}
