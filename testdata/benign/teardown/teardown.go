// Package teardown is a store that all tests share; TestMain closes it.
package teardown

import (
	"sync"
	"time"
)

// A Store writes what it has at each tick.
type Store struct {
	mu      sync.Mutex
	pending []string
	written []string
	stop    chan struct{}
	stopped sync.WaitGroup
}

func Open(flush time.Duration) *Store {
	s := &Store{stop: make(chan struct{})}
	s.stopped.Add(1)
	go s.run(flush)
	return s
}

func (s *Store) run(flush time.Duration) {
	defer s.stopped.Done()
	t := time.NewTicker(flush)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.flush()
		case <-s.stop:
			s.flush()
			return
		}
	}
}

func (s *Store) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, s.pending...)
	s.pending = nil
}

func (s *Store) Put(v string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, v)
}

func (s *Store) Close() {
	close(s.stop)
	s.stopped.Wait()
}
