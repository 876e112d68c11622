// Package pool bounds how much runs at once.
package pool

import (
	"errors"
	"sync"
)

// A Group runs functions and keeps their first error.
type Group struct {
	wg    sync.WaitGroup
	slots chan struct{}
	once  sync.Once
	err   error
}

// NewGroup lets at most n functions run at once.
func NewGroup(n int) *Group { return &Group{slots: make(chan struct{}, n)} }

func (g *Group) Go(f func() error) {
	g.slots <- struct{}{}
	g.wg.Add(1)
	go func() {
		defer func() { <-g.slots; g.wg.Done() }()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	}()
}

func (g *Group) Wait() error {
	g.wg.Wait()
	return g.err
}

// Workers is a pool with a queue.
type Workers struct {
	jobs chan func()
	wg   sync.WaitGroup
}

func NewWorkers(n int) *Workers {
	w := &Workers{jobs: make(chan func(), 16)}
	for range n {
		w.wg.Add(1)
		go func() {
			defer w.wg.Done()
			for job := range w.jobs {
				job()
			}
		}()
	}
	return w
}

func (w *Workers) Submit(job func()) { w.jobs <- job }

// Close lets the queue run empty, without waiting for it.
func (w *Workers) Close() { close(w.jobs) }

// Drain closes and waits.
func (w *Workers) Drain() {
	w.Close()
	w.wg.Wait()
}

// Ordered maps in over n goroutines and keeps the order.
func Ordered(in []int, n int, f func(int) int) []int {
	type item struct{ at, value int }
	work, results := make(chan item), make(chan item)
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range work {
				results <- item{i.at, f(i.value)}
			}
		}()
	}
	go func() {
		for i, v := range in {
			work <- item{i, v}
		}
		close(work)
		wg.Wait()
		close(results)
	}()
	out := make([]int, len(in))
	for r := range results {
		out[r.at] = r.value
	}
	return out
}

var errJob = errors.New("pool: job failed")
