package sample

import (
	"testing"
	"time"
)

func TestFixed(t *testing.T) {
	done := make(chan bool)
	t.Cleanup(func() { close(done) })
	go func() {
		select {
		case <-time.After(time.Hour):
			t.Log("retry")
		case <-done:
		}
	}()
}
