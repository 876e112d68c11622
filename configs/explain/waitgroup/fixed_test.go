package sample

import (
	"sync"
	"testing"
)

func TestFixed(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(2)
	go wg.Done()
	go wg.Done()
	wg.Wait()
}
