package index

import (
	"strconv"
	"sync"
	"testing"
)

type session struct{ state [4096]byte }

// Sessions that end without being taken out.
type sessions struct {
	mu   sync.Mutex
	next int
	byID map[string]*session
}

func (s *sessions) open() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	id := strconv.Itoa(s.next)
	s.byID[id] = new(session) //straggler:grow class=heap-growth test=TestSessions
	return id
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

var open = sessions{byID: map[string]*session{}}
var ended = sessions{byID: map[string]*session{}}

func TestSessions(t *testing.T) {
	open.open()
}

func TestSessionsEnded(t *testing.T) {
	ended.end(ended.open())
}

// Messages that were seen, with what they said.
var seen, recent = map[int][]byte{}, map[int][]byte{}
var messages int

func remember(in map[int][]byte) {
	for i := 0; i < 10; i++ {
		messages++
		in[messages] = make([]byte, 2048) //straggler:grow class=heap-growth test=TestSeen
	}
}

func TestSeen(t *testing.T) {
	remember(seen)
}

func TestSeenRecently(t *testing.T) {
	remember(recent)
	clear(recent)
}

// A counter for each label, and every request is a label of its own.
type histogram struct{ buckets [1024]uint64 }

var byLabel = map[string]*histogram{}
var requests int

func observe(label string) {
	h := byLabel[label]
	if h == nil {
		h = &histogram{} //straggler:grow class=heap-growth test=TestLabels
		byLabel[label] = h
	}
	h.buckets[0]++
}

func TestLabels(t *testing.T) {
	requests++
	observe("/users/" + strconv.Itoa(requests))
}

func TestLabelsOfRoutes(t *testing.T) {
	requests++
	observe("/users/{id}")
}
