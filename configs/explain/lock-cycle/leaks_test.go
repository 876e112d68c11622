package sample

import (
	"sync"
	"testing"
)

type account struct{ mu sync.Mutex }

func transfer(from, to *account, both *sync.WaitGroup) {
	from.mu.Lock()
	defer from.mu.Unlock()
	both.Done()
	both.Wait() // both hold their first lock now
	to.mu.Lock()
	defer to.mu.Unlock()
}

func TestLeaks(t *testing.T) {
	a, b := &account{}, &account{}
	var both sync.WaitGroup
	both.Add(2)
	go transfer(a, b, &both)
	go transfer(b, a, &both) // the other way round
	both.Wait()
}
