// Package fetch asks several mirrors for a document and takes the first answer.
package fetch

import (
	"errors"
	"time"
)

// A Source is one mirror.
type Source func(path string) (string, error)

var ErrTimeout = errors.New("fetch: timed out")

// First returns the answer of the quickest mirror. Those that come later find
// nobody who receives.
func First(sources []Source, path string) string {
	answers := make(chan string)
	for _, ask := range sources {
		go func() { //straggler:leak class=chan-send detail=unbuffered count=3 test=TestFirst owner=test
			if s, err := ask(path); err == nil {
				answers <- s
			}
		}()
	}
	return <-answers
}

// FirstBuffered leaves room for each answer.
func FirstBuffered(sources []Source, path string) string {
	answers := make(chan string, len(sources))
	for _, ask := range sources {
		go func() {
			if s, err := ask(path); err == nil {
				answers <- s
			}
		}()
	}
	return <-answers
}

// WithTimeout gives up waiting, but the request goes on.
func WithTimeout(ask Source, path string, limit time.Duration) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer)
	//straggler:leak class=chan-send detail=unbuffered count=1 test=TestTimeout/slow_mirror owner=test
	//straggler:leak class=chan-send detail=unbuffered count=1 test=TestTimeout/hung_mirror owner=test
	go func() {
		text, err := ask(path)
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-time.After(limit):
		return "", ErrTimeout
	}
}

// An Event is a change of a document.
type Event struct{ Path string }

// Watch reports changes until stop is closed; a caller that neither receives
// nor closes leaves it in its select.
func Watch(changes []string, stop <-chan struct{}) <-chan Event {
	events := make(chan Event)
	go func() { //straggler:leak class=select count=1 test=TestWatch owner=test
		defer close(events)
		for _, path := range changes {
			select {
			case events <- Event{path}:
			case <-stop:
				return
			}
		}
	}()
	return events
}

// Merge joins two feeds; it waits for both for ever when neither is closed.
func Merge(a, b <-chan Event) <-chan Event {
	out := make(chan Event, 16)
	go func() { //straggler:leak class=select count=1 test=TestMerge owner=test
		defer close(out)
		for a != nil || b != nil {
			select {
			case e, ok := <-a:
				if !ok {
					a = nil
					continue
				}
				out <- e
			case e, ok := <-b:
				if !ok {
					b = nil
					continue
				}
				out <- e
			}
		}
	}()
	return out
}
