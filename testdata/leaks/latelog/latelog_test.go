package latelog

import (
	"testing"
	"time"
)

//straggler:norace
//straggler:part

func TestCompactInTime(t *testing.T) {
	said := make(chan struct{})
	Compact(func(format string, args ...any) {
		t.Logf(format, args...)
		close(said)
	}, time.Millisecond)
	<-said
}

func TestCompact(t *testing.T) {
	Compact(t.Logf, 300*time.Millisecond)
}
