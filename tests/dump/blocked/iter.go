//go:build go1.23

package main

import "iter"

func pulled(yield func(int) bool) {
	yield(1)
}

func init() {
	more = append(more, func() {
		next, _ := iter.Pull(pulled)
		next()
	})
}
