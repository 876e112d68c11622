// Package goroutines starts a hundred thousand of them.
package goroutines

import (
	"sync"
	"testing"
	"time"
)

const many = 100_000

func TestEnding(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < many; i++ {
		wg.Add(1)
		go wg.Done()
	}
	wg.Wait()
}

func TestBlocked(t *testing.T) {
	c := make(chan int)
	for i := 0; i < many; i++ {
		go func() { <-c }()
	}
}

func TestSleeping(t *testing.T) {
	for i := 0; i < 10_000; i++ {
		go time.Sleep(time.Hour)
	}
}

func TestSpinning(t *testing.T) {
	for i := 0; i < 4; i++ {
		go func() {
			for {
			}
		}()
	}
}

func TestAllocating(t *testing.T) {
	for i := 0; i < 4; i++ {
		go func() {
			var keep [][]byte
			for {
				keep = append(keep[:0], make([]byte, 1<<20))
				_ = keep
			}
		}()
	}
}

func TestWaking(t *testing.T) {
	for i := 0; i < 1000; i++ {
		go func() {
			for range time.Tick(time.Millisecond) {
			}
		}()
	}
}
