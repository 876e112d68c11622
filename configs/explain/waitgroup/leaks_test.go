package sample

import (
	"sync"
	"testing"
)

func TestLeaks(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(2)
	go wg.Done() // only one of two
	go func() { wg.Wait() }()
}
