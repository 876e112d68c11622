package queue

import "testing"

func answer() int { return 42 }

func TestNeverClosed(t *testing.T) {
	q := New(4)
	q.Submit(answer)
	if v := q.Result(); v != 42 {
		t.Error(v)
	}
}

func TestNeverClosedSubtest(t *testing.T) {
	t.Run("two", func(t *testing.T) {
		q := New(2)
		q.Submit(answer)
		q.Result()
	})
	t.Run("closed", func(t *testing.T) {
		q := New(2)
		defer q.Close()
		q.Submit(answer)
		q.Result()
	})
}

func TestClosed(t *testing.T) {
	q := New(4)
	defer q.Close()
	for range 8 {
		q.Submit(answer)
	}
}

func TestClosedInCleanup(t *testing.T) {
	q := New(3)
	t.Cleanup(q.Close)
	q.Submit(answer)
}

func TestFutureNeverSet(t *testing.T) {
	NewFuture().OnDone(func(int) {})
}

func TestFutureSet(t *testing.T) {
	u := NewFuture()
	u.OnDone(func(int) {})
	u.Set(1)
}

func TestZeroHubPublish(t *testing.T) {
	var h Hub
	h.Publish("a")
	h.Publish("b")
}

func TestZeroHubListen(t *testing.T) {
	var h Hub
	h.Listen(func(string) {})
}

func TestZeroHubRelay(t *testing.T) {
	var h Hub
	h.Relay()
}

func TestHub(t *testing.T) {
	h := Hub{make(chan string), make(chan string)}
	heard := make(chan string)
	h.Listen(func(s string) { heard <- s })
	h.out <- "a"
	<-heard
	close(h.out)
}

func TestPark(t *testing.T) {
	var h Hub
	h.Park()
}
