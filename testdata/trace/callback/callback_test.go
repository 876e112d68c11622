package callback

import (
	"sync"
	"testing"
)

func TestCallback(t *testing.T) {
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			spawn(100)
		}()
	}
	all.Wait()
}
