package repeat

import "testing"

// The order of this seed runs TestArchive's parts as they stand: shuffling moves
// top-level tests only, and each of them runs three times.
//
//straggler:args -count=3 -shuffle=7

func TestListen(t *testing.T) {
	var p Topic
	p.Listen(func(string) {})
	t.Run("two", func(t *testing.T) {
		var p Topic
		p.Listen(func(string) {})
		p.Listen(func(string) {})
	})
}

func TestListenClosed(t *testing.T) {
	var p Topic
	p.Listen(func(string) {})
	p.Close()
}

func TestArchive(t *testing.T) {
	t.Run("a", func(t *testing.T) {})
	t.Run("b", func(t *testing.T) { Archive("b") })
	t.Run("c", func(t *testing.T) { Archive("c") })
}
