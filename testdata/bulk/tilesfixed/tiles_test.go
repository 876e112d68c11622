package tilesfixed

import (
	"sync"
	"testing"
)

// A tile of a map, ready to be drawn.
type tile struct {
	name   string
	pixels [192 << 10]uint8
}

func (t *tile) mean() int {
	sum := 0
	for _, p := range &t.pixels {
		sum += int(p)
	}
	return sum / len(t.pixels)
}

// draw hands the tile to the screen, one at a time.
func (t *tile) draw(s *screen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued++
	s.changed.Broadcast()
	for !s.on {
		s.changed.Wait()
	}
	s.seen[t.name] = t.mean()
}

type drawable interface{ draw(s *screen) }

type screen struct {
	mu      sync.Mutex
	changed sync.Cond
	on      bool
	queued  int
	seen    map[string]int
}

func newScreen() *screen {
	s := &screen{seen: map[string]int{}}
	s.changed.L = &s.mu
	return s
}

// turnOn lets everybody draw once so many want to.
func (s *screen) turnOn(queued int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.queued < queued {
		s.changed.Wait()
	}
	s.on = true
	s.changed.Broadcast()
}

func load(n int) drawable {
	t := &tile{name: string(rune('a' + n))}
	for i := range &t.pixels {
		t.pixels[i] = uint8(n)
	}
	return t
}

func TestMap(t *testing.T) {
	const tiles = 24
	s := newScreen()
	var all sync.WaitGroup
	for n := range tiles {
		all.Add(1)
		go func() {
			defer all.Done()
			load(n).draw(s)
		}()
	}
	s.turnOn(tiles)
	all.Wait()
	if s.seen["c"] != 2 {
		t.Fatal(s.seen)
	}
}
