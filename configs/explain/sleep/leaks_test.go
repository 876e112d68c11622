package sample

import (
	"testing"
	"time"
)

func TestLeaks(t *testing.T) {
	go func() {
		time.Sleep(time.Hour)
		t.Log("retry")
	}()
}
