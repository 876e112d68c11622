// Package singleton keeps one writer for the whole program, started on first use.
package singleton

import "sync"

type Writer struct{ lines chan string }

var (
	once   sync.Once
	writer *Writer
)

// Shared starts the writer when it is needed for the first time.
func Shared() *Writer {
	once.Do(func() {
		writer = &Writer{make(chan string, 8)}
		go writer.run() //straggler:leak class=chan-receive count=1 owner=test test=TestSecond
	})
	return writer
}

func (w *Writer) run() {
	for range w.lines {
	}
}

func (w *Writer) Write(s string) { w.lines <- s }
