package pool

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

func TestGroup(t *testing.T) {
	g := NewGroup(3)
	for i := range 20 {
		g.Go(func() error {
			if i == 7 {
				return errJob
			}
			return nil
		})
	}
	if err := g.Wait(); err != errJob {
		t.Error(err)
	}
}

func TestGroupNotAwaited(t *testing.T) {
	g := NewGroup(8)
	for range 8 {
		g.Go(func() error { time.Sleep(130 * time.Millisecond); return nil })
	}
}

func TestWorkersDrained(t *testing.T) {
	w := NewWorkers(4)
	defer w.Drain()
	for range 50 {
		w.Submit(func() {})
	}
}

func TestWorkersClosed(t *testing.T) {
	w := NewWorkers(2)
	defer w.Close()
	for range 10 {
		w.Submit(func() { time.Sleep(20 * time.Millisecond) })
	}
}

func TestWorkersCleanup(t *testing.T) {
	w := NewWorkers(2)
	t.Cleanup(w.Close)
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			w.Submit(func() { time.Sleep(5 * time.Millisecond) })
		})
	}
}

func TestWorkersClosedByTimer(t *testing.T) {
	w := NewWorkers(3)
	time.AfterFunc(200*time.Millisecond, w.Close)
}

func TestOrdered(t *testing.T) {
	out := Ordered([]int{1, 2, 3, 4}, 3, func(v int) int { return v * v })
	if fmt.Sprint(out) != "[1 4 9 16]" {
		t.Error(out)
	}
}

func TestParallelSiblings(t *testing.T) {
	var running atomic.Int64
	for i := range 12 {
		t.Run(fmt.Sprint("sibling ", i), func(t *testing.T) {
			t.Parallel()
			w := NewWorkers(2)
			defer w.Drain()
			w.Submit(func() { running.Add(1) })
			time.Sleep(time.Duration(i) * time.Millisecond)
		})
	}
}

func BenchmarkGroup(b *testing.B) {
	for range b.N {
		g := NewGroup(2)
		g.Go(func() error { return nil })
		_ = g.Wait()
	}
}

func ExampleOrdered() {
	fmt.Println(Ordered([]int{1, 2}, 2, func(v int) int { return -v }))
	// Output: [-1 -2]
}

func FuzzOrdered(f *testing.F) {
	f.Add(3)
	f.Add(5)
	f.Fuzz(func(t *testing.T, n int) {
		if out := Ordered([]int{n}, 2, func(v int) int { return v }); out[0] != n {
			t.Error(out)
		}
	})
}
