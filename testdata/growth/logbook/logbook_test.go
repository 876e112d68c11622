package logbook

import (
	"fmt"
	"testing"
)

// An audit log that nobody ever reads.
type record struct {
	who  string
	what [2000]byte
}

var audit, bounded []*record

func TestAudit(t *testing.T) {
	for i := 0; i < 5; i++ {
		audit = append(audit, &record{who: "ann"}) //straggler:grow class=heap-growth test=TestAudit
	}
}

func TestAuditBounded(t *testing.T) {
	for i := 0; i < 5; i++ {
		bounded = append(bounded, &record{who: "ann"})
		if len(bounded) > 3 {
			bounded = append([]*record(nil), bounded[1:]...)
		}
	}
}

// A server that collects its errors.
type server struct{ failures []error }

type failure struct{ dump []byte }

func (f *failure) Error() string { return fmt.Sprint(len(f.dump), " bytes") }

func (s *server) serve(size int) error {
	err := &failure{dump: make([]byte, size)} //straggler:grow class=heap-growth test=TestFailures
	s.failures = append(s.failures, err)
	return err
}

var shared server

func TestFailures(t *testing.T) {
	if shared.serve(10240) == nil {
		t.Fatal("no error")
	}
}

func TestFailuresOfOwnServer(t *testing.T) {
	var own server
	if own.serve(10240) == nil {
		t.Fatal("no error")
	}
}

// Subscribers that never leave.
type bus struct{ subscribers []func([]byte) }

func (b *bus) subscribe(f func([]byte)) (leave func()) {
	b.subscribers = append(b.subscribers, f)
	n := len(b.subscribers) - 1
	return func() { b.subscribers = append(b.subscribers[:n:n], b.subscribers[n+1:]...) }
}

var events bus

func watch(b *bus) (leave func()) {
	window := make([]byte, 6144) //straggler:grow class=heap-growth test=TestSubscribe
	return b.subscribe(func(e []byte) { copy(window, e) })
}

func TestSubscribe(t *testing.T) {
	watch(&events)
}

func TestSubscribeAndLeave(t *testing.T) {
	defer watch(&events)()
}
