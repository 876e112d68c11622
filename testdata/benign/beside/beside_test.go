package beside

import (
	"testing"
	"time"
)

const ms = time.Millisecond

// Some goroutines are busy for a while, and others end by a timer meanwhile.

func TestBusyOne(t *testing.T) {
	t.Parallel()
	Search(150*ms, func(int) {})
}

func TestBusyTwo(t *testing.T) {
	t.Parallel()
	Search(200*ms, func(int) {})
}

func TestReminders(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{5, 40, 90, 180} {
		Remind(d*ms, func() {})
	}
}

func TestSleepers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			go time.Sleep(60 * ms)
		})
	}
}

func TestTimerStopped(t *testing.T) {
	t.Parallel()
	time.AfterFunc(time.Hour, func() {}).Stop()
}
