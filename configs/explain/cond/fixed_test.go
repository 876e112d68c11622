package sample

import (
	"sync"
	"testing"
)

func TestFixed(t *testing.T) {
	queue := sync.NewCond(&sync.Mutex{})
	closed := false
	go func() {
		queue.L.Lock()
		defer queue.L.Unlock()
		for !closed {
			queue.Wait()
		}
	}()
	queue.L.Lock()
	closed = true
	queue.L.Unlock()
	queue.Broadcast()
}
