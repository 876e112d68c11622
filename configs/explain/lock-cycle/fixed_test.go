package sample

import (
	"sync"
	"testing"
)

type safeAccount struct {
	mu sync.Mutex
	id int
}

func safeTransfer(from, to *safeAccount) {
	first, second := from, to
	if first.id > second.id {
		first, second = second, first // the same order everywhere
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
}

func TestFixed(t *testing.T) {
	a, b := &safeAccount{id: 1}, &safeAccount{id: 2}
	go safeTransfer(a, b)
	go safeTransfer(b, a)
}
