// Package coroutine switches between goroutines without the scheduler.
package coroutine

import (
	"iter"
	"sync"
	"testing"
	"time"
)

func count(yield func(int) bool) {
	for i := range 100 {
		if !yield(i) {
			return
		}
	}
}

func TestPull(t *testing.T) {
	next, _ := iter.Pull(iter.Seq[int](count)) // never stopped
	next()
	next()
	var all sync.WaitGroup
	for k := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			next, stop := iter.Pull(iter.Seq[int](count))
			for i := range 100 {
				next()
				if i%10 == 0 {
					time.Sleep(time.Microsecond)
				}
			}
			if k%2 == 0 {
				stop()
			}
		}()
	}
	all.Wait()
	time.Sleep(40 * time.Millisecond)
}
