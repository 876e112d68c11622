package teardown

import (
	"os"
	"sync"
	"testing"
	"time"
)

var (
	shared *Store
	mu     sync.Mutex
	opened []*Store // by tests, closed after all of them
)

func TestMain(m *testing.M) {
	shared = Open(time.Millisecond)
	code := m.Run()
	for _, s := range opened {
		s.Close()
	}
	shared.Close()
	os.Exit(code)
}

func open(t *testing.T) *Store {
	s := Open(2 * time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	opened = append(opened, s)
	return s
}

func TestShared(t *testing.T) {
	t.Parallel()
	shared.Put("a")
}

func TestOpenedHere(t *testing.T) {
	t.Parallel()
	open(t).Put("a")
	time.Sleep(10 * time.Millisecond)
}

func TestOpenedInSubtest(t *testing.T) {
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open(t).Put(name)
		})
	}
}

func TestClosedInCleanup(t *testing.T) {
	s := Open(time.Hour)
	t.Cleanup(s.Close)
	s.Put("a")
}

var (
	once sync.Once
	lazy *Store
)

// Whoever is first starts it; TestMain closes it.
func use(t *testing.T) {
	once.Do(func() { lazy = open(t) })
	lazy.Put(t.Name())
}

func TestLazyFirst(t *testing.T)  { t.Parallel(); use(t) }
func TestLazySecond(t *testing.T) { t.Parallel(); use(t) }
