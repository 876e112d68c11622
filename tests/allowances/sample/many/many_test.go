package many

import (
	"sync"
	"testing"

	"example.com/allow/sleepy"
)

func TestLeaves(t *testing.T) {
	t.Run("one", func(t *testing.T) { sleepy.Wait(1) })
	t.Run("three", func(t *testing.T) { sleepy.Wait(3) })
}

func TestPeak(t *testing.T) {
	t.Run("wide", func(t *testing.T) {
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for range 50 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				<-gate
			}()
		}
		close(gate)
		wg.Wait()
	})
}
