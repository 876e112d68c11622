// Package crawl visits pages side by side and waits for all of them.
package crawl

import (
	"errors"
	"sync"
)

type Visit func(url string) error

// All visits every page and closes done at the end. An error leaves a page
// without its Done.
func All(urls []string, visit Visit) (done <-chan struct{}) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	for _, u := range urls {
		wg.Add(1)
		go func() {
			if visit(u) != nil {
				return
			}
			wg.Done()
		}()
	}
	go func() { //straggler:leak class=waitgroup detail="counter 2" count=1 test=TestMissingDone owner=test
		wg.Wait()
		close(end)
	}()
	return end
}

// Batch visits the pages that are not empty, but counts all of them.
func Batch(urls []string, visit Visit, finished func()) {
	var wg sync.WaitGroup
	wg.Add(len(urls))
	for _, u := range urls {
		if u == "" {
			continue
		}
		go func() {
			defer wg.Done()
			_ = visit(u)
		}()
	}
	go func() { //straggler:leak class=waitgroup detail="counter 1" count=1 test=TestAddTooMuch owner=test
		wg.Wait()
		finished()
	}()
}

// A Gate lets everybody through when all have arrived.
type Gate struct{ wg sync.WaitGroup }

func NewGate(n int) *Gate {
	g := &Gate{}
	g.wg.Add(n)
	return g
}

// Enter starts work that waits for the others.
func (g *Gate) Enter(work func()) {
	//straggler:leak class=waitgroup detail="counter 3" count=4 test=TestGateShort owner=test
	go func() {
		g.wg.Wait()
		work()
	}()
}

func (g *Gate) Arrive() { g.wg.Done() }

var errDown = errors.New("crawl: host is down")
