package sample

import (
	"testing"
	"time"
)

func TestLeaks(t *testing.T) {
	ticker := time.NewTicker(time.Millisecond)
	go func() {
		for range ticker.C {
		}
	}()
	time.Sleep(20 * time.Millisecond) // the test ends, the loop does not
}
