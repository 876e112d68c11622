package poller

import (
	"testing"
	"time"
)

func TestNeverStopped(t *testing.T) {
	p := Start()
	p.work <- 1
}

func TestStopped(t *testing.T) {
	p := Start()
	p.work <- 1
	p.Stop()
}

// It ends by itself, but beside a goroutine that never rests.
func TestLateBesideBusy(t *testing.T) {
	go func() { time.Sleep(80 * time.Millisecond) }()
}
