// Package walk compares two trees by their sorted values.
package walk

import "iter"

// A Tree is a binary search tree.
type Tree struct {
	left, right *Tree
	value       int
}

func (t *Tree) Insert(v int) *Tree {
	switch {
	case t == nil:
		return &Tree{value: v}
	case v < t.value:
		t.left = t.left.Insert(v)
	default:
		t.right = t.right.Insert(v)
	}
	return t
}

// All yields the values in order.
func (t *Tree) All() iter.Seq[int] {
	return func(yield func(int) bool) { t.push(yield) }
}

func (t *Tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

// pull starts a walk that its caller has to stop.
func (t *Tree) pull() (next func() (int, bool), stop func()) {
	//straggler:leak class=iter-pull count=2 owner=test test=TestSame/different at=iter.Pull[...]
	//straggler:leak class=iter-pull count=1 owner=test test=TestSame/shorter at=iter.Pull[...]
	return iter.Pull(t.All())
}

// Same compares, but forgets both walks at the first difference.
func Same(a, b *Tree) bool {
	nextA, _ := a.pull()
	nextB, _ := b.pull()
	return same(nextA, nextB)
}

// SameStopped stops both walks.
func SameStopped(a, b *Tree) bool {
	nextA, stopA := a.pull()
	defer stopA()
	nextB, stopB := b.pull()
	defer stopB()
	return same(nextA, nextB)
}

func same(nextA, nextB func() (int, bool)) bool {
	for {
		x, okA := nextA()
		y, okB := nextB()
		if x != y || okA != okB {
			return false
		}
		if !okA {
			return true
		}
	}
}

// Indexed yields the values with their places.
func (t *Tree) Indexed() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		i := 0
		for v := range t.All() {
			if !yield(i, v) {
				return
			}
			i++
		}
	}
}

// Third returns the third value, and leaves its walk where it is.
func (t *Tree) Third() int {
	next, _ := iter.Pull2(t.Indexed()) //straggler:leak class=iter-pull count=1 owner=test test=TestThird at=iter.Pull2[...]
	for {
		if i, v, ok := next(); !ok || i == 2 {
			return v
		}
	}
}
