package sample

import (
	"syscall"
	"testing"
)

func TestLeaks(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	go syscall.Read(ends[0], make([]byte, 1)) // nobody writes
}
