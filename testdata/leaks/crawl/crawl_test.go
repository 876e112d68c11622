package crawl

import "testing"

func TestMissingDone(t *testing.T) {
	visited := make(chan string, 4)
	All([]string{"a", "bad", "b", "bad"}, func(u string) error {
		visited <- u
		if u == "bad" {
			return errDown
		}
		return nil
	})
	for range 4 {
		<-visited
	}
}

func TestAllDone(t *testing.T) {
	<-All([]string{"a", "b", "c"}, func(string) error { return nil })
}

func TestAddTooMuch(t *testing.T) {
	Batch([]string{"a", "", "b"}, func(string) error { return nil }, func() {})
}

func TestBatch(t *testing.T) {
	Batch([]string{"a", "b"}, func(string) error { return nil }, func() {})
}

func TestGateShort(t *testing.T) {
	g := NewGate(5)
	for range 4 {
		g.Enter(func() {})
	}
	g.Arrive()
	g.Arrive()
}

func TestGate(t *testing.T) {
	g := NewGate(2)
	for range 4 {
		g.Enter(func() {})
	}
	g.Arrive()
	g.Arrive()
}
