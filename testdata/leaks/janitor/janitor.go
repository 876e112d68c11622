// Package janitor sweeps a cache.
package janitor

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Cache forgets what is old. Close stops its sweeper.
type Cache struct {
	mu    sync.Mutex
	items map[string]time.Time
	stop  chan struct{}
}

func New() *Cache {
	c := &Cache{items: map[string]time.Time{}, stop: make(chan struct{})}
	go c.sweep(10 * time.Millisecond) //straggler:leak class=ticker count=1 owner=test test=TestCacheLeftOpen
	return c
}

func (c *Cache) Put(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items[key] = time.Now()
}

func (c *Cache) sweep(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case now := <-t.C:
			c.forget(now.Add(-every))
		case <-c.stop:
			return
		}
	}
}

func (c *Cache) forget(before time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, t := range c.items {
		if t.Before(before) {
			delete(c.items, k)
		}
	}
}

func (c *Cache) Close() { close(c.stop) }

// SpinUntil burns a processor until done says so.
func SpinUntil(done *atomic.Bool) {
	go func() { //straggler:leak class=spin count=1 owner=test test=TestSpin
		for !done.Load() {
		}
	}()
}
