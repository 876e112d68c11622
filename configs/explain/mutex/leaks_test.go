package sample

import (
	"sync"
	"testing"
)

func TestLeaks(t *testing.T) {
	var mu sync.Mutex
	add := func(ok bool) {
		mu.Lock()
		if !ok {
			return // still locked
		}
		mu.Unlock()
	}
	add(false)
	go add(true)
}
