// Package locks is a table with a lock for writers and many readers.
package locks

import (
	"sync"
	"time"
)

type Table struct {
	mu    sync.RWMutex
	ready *sync.Cond
	once  sync.Once
	rows  map[string]int
}

func New() *Table {
	t := &Table{rows: map[string]int{}}
	t.ready = sync.NewCond(t.mu.RLocker())
	return t
}

// Hold keeps the write lock for d.
func (t *Table) Hold(d time.Duration) {
	t.mu.Lock()
	time.AfterFunc(d, t.mu.Unlock)
}

// Share keeps a read lock for d.
func (t *Table) Share(d time.Duration) {
	t.mu.RLock()
	time.AfterFunc(d, t.mu.RUnlock)
}

func (t *Table) PutLater(k string, v int) {
	go func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.rows[k] = v
		t.ready.Broadcast()
	}()
}

func (t *Table) GetLater(k string, f func(int)) {
	go func() {
		t.mu.RLock()
		defer t.mu.RUnlock()
		for len(t.rows) == 0 {
			t.ready.Wait()
		}
		f(t.rows[k])
	}()
}

// Load fills the table once; others wait for the first.
func (t *Table) Load(d time.Duration) {
	go t.once.Do(func() { time.Sleep(d) })
}

// Join waits on another goroutine for n others.
func Join(n int, d time.Duration, joined func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(d)
		}()
	}
	go func() {
		wg.Wait()
		joined()
	}()
}

// Move locks both tables in the order of their names, whatever the direction.
func Move(a, b *Table, k string) {
	for range 2 {
		go func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			b.mu.Lock()
			defer b.mu.Unlock()
			a.rows[k], b.rows[k] = b.rows[k], a.rows[k]
		}()
	}
}
