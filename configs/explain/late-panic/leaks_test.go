package sample

import (
	"testing"
	"time"
)

func TestLeaks(t *testing.T) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		t.Log("done") // t is no more: this panics
	}()
}
