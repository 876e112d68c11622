// Package finalizer has objects whose finalizer panics: a check that they were
// closed, which fires only when there is a collection.
package finalizer

import (
	"runtime"
	"testing"
	"time"
)

type resource struct{ closed [1 << 16]byte }

func drop() {
	r := &resource{}
	runtime.SetFinalizer(r, func(*resource) { panic("was not closed") })
}

func TestNoCollection(t *testing.T) { drop() }

func TestCollection(t *testing.T) {
	drop()
	runtime.GC()
	time.Sleep(time.Minute)
}

func TestDroppedByStraggler(t *testing.T) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	go func() {
		<-end
		time.Sleep(30 * time.Millisecond)
		drop()
		runtime.GC()
	}()
}
