package sample

import (
	"testing"
	"time"
)

func TestFixed(t *testing.T) {
	done := make(chan bool)
	go func() {
		defer close(done)
		time.Sleep(50 * time.Millisecond)
		t.Log("done")
	}()
	<-done
}
