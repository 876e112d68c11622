package janitor

import (
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// caches are closed after the tests, as a program does when it ends.
var caches []*Cache

func TestMain(m *testing.M) {
	code := m.Run()
	for _, c := range caches {
		c.Close()
	}
	os.Exit(code)
}

func TestCacheClosedByMain(t *testing.T) {
	for range 3 {
		c := New()
		c.Put("a")
		caches = append(caches, c)
	}
}

func TestCacheLeftOpen(t *testing.T) {
	New().Put("a")
	time.Sleep(60 * time.Millisecond)
}

func TestCacheClosed(t *testing.T) {
	c := New()
	t.Cleanup(c.Close)
	c.Put("a")
}

func TestSpin(t *testing.T) { SpinUntil(new(atomic.Bool)) }

func TestSpinEnds(t *testing.T) {
	var done atomic.Bool
	SpinUntil(&done)
	time.AfterFunc(50*time.Millisecond, func() { done.Store(true) })
}
