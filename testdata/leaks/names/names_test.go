package names

import (
	"sync"
	"testing"
)

func refresh(t *testing.T, name string, n int) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		r := New()
		for range n {
			r.Refresh(name)
		}
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	t.Run("IPv4", func(t *testing.T) {
		t.Parallel()
		refresh(t, `"quoted"`, 1)
		refresh(t, "a/b", 1)
		refresh(t, "a/b", 1)
		refresh(t, "a/b", 2)
		refresh(t, "", 1)
		refresh(t, "bücher.例え", 1)
		refresh(t, "tab\there \x1b", 1)
		refresh(t, "=== RUN   TestRefresh/IPv6", 1)
		refresh(t, "$HOME 'x';&(y)|[z]*", 1)
		refresh(t, "none", 0)
	})
	t.Run("IPv6", func(t *testing.T) {
		t.Parallel()
		refresh(t, "a/b", 1)
		refresh(t, "a/b", 3)
		refresh(t, "none", 0)
		New().Refresh("::1")
	})
	New().Refresh("localhost")
}

func TestCleanup(t *testing.T) {
	t.Parallel()
	t.Cleanup(func() { New().Refresh("a") })
	t.Run("inner", func(t *testing.T) {
		t.Cleanup(func() { New().Refresh("b") })
	})
}

func TestSkips(t *testing.T) {
	t.Parallel()
	New().Refresh("a")
	t.Skip("no network")
}

// The goroutine starts another, and ends before its test does.
func TestHelper(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		New().Refresh("a")
	}()
	wg.Wait()
}

func TestServed(t *testing.T) {
	t.Parallel()
	r := New()
	served := make(chan struct{})
	go func() {
		r.Serve()
		close(served)
	}()
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) { r.refresh <- name })
	}
	close(r.refresh)
	<-served
}

// Siblings that take their time while the others leak.
func TestSlow(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := New()
			r.Refresh(name)
			<-r.refresh
		})
	}
}
