package blocksfixed

import (
	"hash/crc32"
	"sync"
	"testing"
)

// A block of an archive.
type block [1 << 17]byte

// store writes blocks once the disk is there, whoever comes first.
type store struct {
	mu      sync.Mutex
	changed sync.Cond
	open    bool
	waiting int
	sums    map[int]uint32
}

func newStore() *store {
	s := &store{sums: map[int]uint32{}}
	s.changed.L = &s.mu
	return s
}

func (s *store) put(n int, b *block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	s.changed.Broadcast()
	for !s.open {
		s.changed.Wait()
	}
	s.sums[n] = crc32.ChecksumIEEE(b[:])
}

// until waits for so many writers, then lets them go on.
func (s *store) until(writers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.waiting < writers {
		s.changed.Wait()
	}
	s.open = true
	s.changed.Broadcast()
}

type stage func(n int, b *block)

// mask is a stage before another.
func mask(key byte, next stage) stage {
	return func(n int, b *block) {
		for i := range b {
			b[i] ^= key
		}
		next(n, b)
	}
}

func TestArchive(t *testing.T) {
	const writers = 40
	s := newStore()
	first := mask('k', s.put)
	var all sync.WaitGroup
	for n := range writers {
		var b block
		b[0] = byte(n)
		all.Add(1)
		go func() {
			defer all.Done()
			first(n, &b)
		}()
	}
	s.until(writers)
	all.Wait()
	if len(s.sums) != writers {
		t.Fatalf("%d blocks", len(s.sums))
	}
}
