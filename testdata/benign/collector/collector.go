// Package collector builds indexes that are soon garbage.
package collector

import (
	"runtime"
	"strconv"
)

// Build makes an index of n entries, rounds times.
func Build(n, rounds int, done func(int)) {
	go func() {
		total := 0
		for range rounds {
			index := make(map[string][]byte, n)
			for i := range n {
				index[strconv.Itoa(i)] = make([]byte, 512)
			}
			total += len(index)
		}
		done(total)
	}()
}

// A Handle closes itself when it is collected.
type Handle struct{ id *int }

func NewHandle(closed func(int)) *Handle {
	id := 7
	h := &Handle{&id}
	runtime.SetFinalizer(h, func(h *Handle) { closed(*h.id) })
	return h
}
