package sample

import (
	"sync/atomic"
	"testing"
)

func TestLeaks(t *testing.T) {
	var ready atomic.Bool
	go func() {
		for !ready.Load() { // nobody stores true
		}
	}()
}
