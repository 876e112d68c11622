package locks

import (
	"testing"
	"time"
)

const ms = time.Millisecond

func TestWritersWait(t *testing.T) {
	l := New()
	l.Hold(120 * ms)
	l.PutLater("a", 1)
	l.PutLater("b", 2)
}

func TestWriterWaitsForReader(t *testing.T) {
	l := New()
	l.Share(90 * ms)
	l.PutLater("a", 1)
}

func TestReadersWait(t *testing.T) {
	l := New()
	l.rows["a"] = 1
	l.Hold(150 * ms)
	for range 4 {
		l.GetLater("a", func(int) {})
	}
}

func TestCondition(t *testing.T) {
	l := New()
	l.GetLater("a", func(int) {})
	l.GetLater("b", func(int) {})
	time.AfterFunc(110*ms, func() { l.PutLater("a", 1) })
}

func TestOnce(t *testing.T) {
	l := New()
	for range 3 {
		l.Load(80 * ms)
	}
}

func TestJoin(t *testing.T) { Join(5, 100*ms, func() {}) }

func TestOneOrder(t *testing.T) { Move(New(), New(), "a") }
