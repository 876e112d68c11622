package sample

import (
	"sync"
	"testing"
)

func TestFixed(t *testing.T) {
	var mu sync.Mutex
	add := func(ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if !ok {
			return
		}
	}
	add(false)
	go add(true)
}
