package snapshots

import (
	"sync"
	"testing"
)

// The state of a histogram at one moment.
type snapshot struct {
	count   uint64
	buckets [16 << 10]uint64
}

type histogram struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting int
	ready   bool
	state   snapshot
}

func newHistogram() *histogram {
	h := &histogram{}
	h.changed.L = &h.mu
	return h
}

func (h *histogram) observe(v uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.state.count++
	h.state.buckets[v%uint64(len(h.state.buckets))]++
}

func (h *histogram) snapshot() snapshot { //straggler:copies name=snapshots.(*histogram).snapshot kib=128 inside=32
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting++
	h.changed.Broadcast()
	for !h.ready {
		h.changed.Wait()
	}
	return h.state
}

// flush lets those go on who want a snapshot, once they are so many.
func (h *histogram) flush(waiting int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.waiting < waiting {
		h.changed.Wait()
	}
	h.ready = true
	h.changed.Broadcast()
}

// collect asks each source in turn, as they come.
func collect(sources <-chan func() snapshot, counts chan<- uint64) {
	for source := range sources {
		s := source()
		sum := uint64(0)
		for _, n := range s.buckets {
			sum += n
		}
		counts <- sum
	}
}

func TestMetrics(t *testing.T) {
	const collectors = 32
	h := newHistogram()
	for v := range uint64(100) {
		h.observe(v)
	}
	sources := make(chan func() snapshot)
	counts := make(chan uint64, collectors)
	var all sync.WaitGroup
	for range collectors {
		all.Add(1)
		go func() {
			defer all.Done()
			collect(sources, counts)
		}()
	}
	for range collectors {
		sources <- h.snapshot
	}
	close(sources)
	h.flush(collectors)
	all.Wait()
	if n := <-counts; n != 100 {
		t.Fatal(n)
	}
}
