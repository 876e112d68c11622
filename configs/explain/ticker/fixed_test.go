package sample

import (
	"testing"
	"time"
)

func TestFixed(t *testing.T) {
	ticker := time.NewTicker(time.Millisecond)
	done := make(chan bool)
	go func() {
		for {
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	time.Sleep(20 * time.Millisecond)
	ticker.Stop()
	close(done)
}
