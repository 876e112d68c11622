//go:build go1.23

package sample

import (
	"iter"
	"slices"
	"testing"
)

func TestLeaks(t *testing.T) {
	next, stop := iter.Pull(slices.Values([]int{1, 2, 3}))
	_ = stop // nobody calls it
	next()
}
