package metrics

import (
	"testing"
	"time"
)

// reports waits for n reports.
func reports(c *Counter, n int) {
	for range n {
		<-c.report
	}
}

func TestEvery(t *testing.T) {
	t.Run("5ms", func(t *testing.T) {
		c := New()
		c.Every(5 * time.Millisecond)
		reports(c, 4)
	})
	t.Run("1h", func(t *testing.T) {
		New().Every(time.Hour)
	})
}

func TestUntilStop(t *testing.T) {
	t.Run("5ms", func(t *testing.T) {
		c := New()
		c.EveryUntilStop(5 * time.Millisecond)
		reports(c, 4)
	})
	t.Run("1h", func(t *testing.T) {
		New().EveryUntilStop(time.Hour)
	})
	t.Run("stopped", func(t *testing.T) {
		c := New()
		c.EveryUntilStop(5 * time.Millisecond)
		reports(c, 2)
		c.Stop()
	})
	t.Run("stopped late", func(t *testing.T) {
		c := New()
		c.EveryUntilStop(5 * time.Millisecond)
		time.AfterFunc(150*time.Millisecond, c.Stop)
	})
}

func TestAfterLoop(t *testing.T) {
	c := New()
	c.AfterLoop(5 * time.Millisecond)
	reports(c, 4)
}

func TestSleepLoop(t *testing.T) {
	c := New()
	c.SleepLoop(5 * time.Millisecond)
	reports(c, 4)
}

func TestSleepLong(t *testing.T) {
	New().SleepLoop(time.Hour)
}

func TestOnceFarAway(t *testing.T) {
	New().Once(time.Hour)
}

func TestOnceSoon(t *testing.T) {
	New().Once(120 * time.Millisecond)
}

func TestOnceUnlessStopped(t *testing.T) {
	New().OnceUnlessStopped(time.Hour)
}

func TestOnceUnlessStoppedSoon(t *testing.T) {
	New().OnceUnlessStopped(90 * time.Millisecond)
}
