package mainpool

import (
	"os"
	"testing"
	"time"
)

var (
	pool  *Pool // lives as long as the program
	brief *Pool // is closed after the tests
)

func TestMain(m *testing.M) {
	pool = New(2)
	brief = New(3)
	code := m.Run()
	brief.Close()
	os.Exit(code)
}

func TestShared(t *testing.T) {
	t.Parallel()
	pool.Do(func() { time.Sleep(5 * time.Millisecond) })
}

func TestBrief(t *testing.T) {
	t.Parallel()
	brief.Do(func() { time.Sleep(5 * time.Millisecond) })
}

func TestNotify(t *testing.T) {
	t.Parallel()
	pool.Notify(make(chan string), "nobody listens")
}

func TestNotifyHeard(t *testing.T) {
	t.Parallel()
	to := make(chan string)
	go func() { <-to }()
	pool.Notify(to, "somebody listens")
}

func TestOwnPool(t *testing.T) {
	t.Parallel()
	New(1).Do(func() {})
}

func TestOwnPoolClosed(t *testing.T) {
	t.Parallel()
	p := New(1)
	defer p.Close()
	p.Do(func() {})
}
