package sample

import (
	"sync"
	"testing"
)

func TestLeaks(t *testing.T) {
	queue := sync.NewCond(&sync.Mutex{})
	closed := false
	go func() {
		queue.L.Lock()
		defer queue.L.Unlock()
		for !closed {
			queue.Wait()
		}
	}()
}
