package collector

import (
	"runtime"
	"testing"
)

func TestBuild(t *testing.T) {
	total := make(chan int)
	Build(100, 3, func(n int) { total <- n })
	if n := <-total; n != 300 {
		t.Error(n)
	}
}

// It collects while the process is about to end.
func TestBuildNotAwaited(t *testing.T) {
	Build(2000, 8, func(int) {})
}

func TestCollectNotAwaited(t *testing.T) {
	go func() {
		for range 2 {
			runtime.GC()
		}
	}()
}

func TestFinalizer(t *testing.T) {
	closed := make(chan int, 1)
	NewHandle(func(id int) { closed <- id })
	for n := 0; n == 0; n = len(closed) {
		runtime.GC()
		runtime.Gosched()
	}
}
