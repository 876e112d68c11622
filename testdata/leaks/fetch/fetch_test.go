package fetch

import (
	"errors"
	"testing"
	"time"
)

func mirror(text string) Source {
	return func(path string) (string, error) { return text + path, nil }
}

func TestFirst(t *testing.T) {
	sources := []Source{mirror("a"), mirror("b"), mirror("c"), mirror("d")}
	if got := First(sources, "/x"); len(got) != 3 {
		t.Errorf("got %q", got)
	}
}

func TestFirstBuffered(t *testing.T) {
	sources := []Source{mirror("a"), mirror("b"), mirror("c"), mirror("d")}
	if got := FirstBuffered(sources, "/x"); len(got) != 3 {
		t.Errorf("got %q", got)
	}
}

func TestFirstFailing(t *testing.T) {
	down := func(string) (string, error) { return "", errors.New("down") }
	if got := First([]Source{down, mirror("b"), down}, "/x"); got != "b/x" {
		t.Errorf("got %q", got)
	}
}

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	hung := func(string) (string, error) { <-release; return "", errors.New("reset") }
	slow := func(string) (string, error) { time.Sleep(60 * time.Millisecond); return "late", nil }
	t.Run("slow mirror", func(t *testing.T) {
		if _, err := WithTimeout(slow, "/x", time.Millisecond); err != ErrTimeout {
			t.Error(err)
		}
	})
	t.Run("hung mirror", func(t *testing.T) {
		if _, err := WithTimeout(hung, "/x", time.Millisecond); err != ErrTimeout {
			t.Error(err)
		}
		close(release)
	})
	t.Run("quick mirror", func(t *testing.T) {
		if _, err := WithTimeout(mirror("a"), "/x", time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestWatch(t *testing.T) {
	events := Watch([]string{"/a", "/b", "/c"}, make(chan struct{}))
	if e := <-events; e.Path != "/a" {
		t.Errorf("got %v", e)
	}
}

func TestWatchStopped(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	events := Watch([]string{"/a", "/b", "/c"}, stop)
	if e := <-events; e.Path != "/a" {
		t.Errorf("got %v", e)
	}
}

func TestMerge(t *testing.T) {
	a, b := make(chan Event), make(chan Event)
	out := Merge(a, b)
	a <- Event{"/a"}
	close(a)
	if e := <-out; e.Path != "/a" {
		t.Errorf("got %v", e)
	}
}

func TestMergeClosed(t *testing.T) {
	a, b := make(chan Event), make(chan Event)
	out := Merge(a, b)
	a <- Event{"/a"}
	close(a)
	close(b)
	for range out {
	}
}
