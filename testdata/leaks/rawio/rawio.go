// Package rawio reads descriptors without Go's poller.
package rawio

import (
	"os"
	"syscall"
)

// A Line is a pipe that blocks.
type Line struct{ r, w int }

func Open() (*Line, error) {
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
		return nil, err
	}
	return &Line{fds[0], fds[1]}, nil
}

// Listen calls f with each byte.
func (l *Line) Listen(f func(byte)) {
	//straggler:leak class=syscall count=1 test=TestNeverClosed owner=test
	go func() {
		defer syscall.Close(l.r)
		var b [1]byte
		for {
			n, err := syscall.Read(l.r, b[:])
			if n != 1 || err != nil {
				return
			}
			f(b[0])
		}
	}()
}

// Drain reads as a file what the runtime cannot poll.
func (l *Line) Drain() *os.File {
	file := os.NewFile(uintptr(l.r), "line")
	go func() { //straggler:leak class=syscall count=1 test=TestDrain owner=test
		defer file.Close()
		block := make([]byte, 512)
		for {
			if _, err := file.Read(block); err != nil {
				return
			}
		}
	}()
	return file
}

// Send writes one byte.
func (l *Line) Send(b byte) error {
	_, err := syscall.Write(l.w, []byte{b})
	return err
}

// Close lets the reader see the end.
func (l *Line) Close() { syscall.Close(l.w) }
