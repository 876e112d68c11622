package alarms

import (
	"testing"
	"time"
)

// --- functions that wait for their time: language version or not, they stay

type lease struct{ expires *time.Timer }

func expire() {}

func take() *lease {
	return &lease{expires: time.AfterFunc(time.Hour, expire)} //straggler:grow class=timer-growth test=TestLeases timers=10
}

func TestLeases(t *testing.T) {
	for i := 0; i < 10; i++ {
		take()
	}
}

func TestLeasesReturned(t *testing.T) {
	for i := 0; i < 10; i++ {
		defer take().expires.Stop()
	}
}

var attempts int

func TestRetries(t *testing.T) {
	for i := 0; i < 10; i++ {
		attempt := i
		time.AfterFunc(time.Hour, func() { attempts += attempt }) //straggler:grow class=timer-growth test=TestRetries timers=10
	}
}

func TestRetriesStopped(t *testing.T) {
	for i := 0; i < 10; i++ {
		attempt := i
		defer time.AfterFunc(time.Hour, func() { attempts += attempt }).Stop()
	}
}

type evictor struct{ left map[int]*time.Timer }

func (e *evictor) put(key int) {
	e.left[key] = time.AfterFunc(2*time.Hour, func() { delete(e.left, key) }) //straggler:grow class=timer-growth test=TestEvictor timers=8
}

// Keys that are put again, while their first timers go on.
var shared = &evictor{left: map[int]*time.Timer{}}

func TestEvictor(t *testing.T) {
	for i := 0; i < 8; i++ {
		shared.put(i)
	}
}

func TestEvictorClosed(t *testing.T) {
	e := &evictor{left: map[int]*time.Timer{}}
	for i := 0; i < 8; i++ {
		e.put(i)
	}
	for _, timer := range e.left {
		timer.Stop()
	}
}
