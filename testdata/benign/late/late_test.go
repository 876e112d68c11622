package late

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

const ms = time.Millisecond

func nothing(string) {}

func TestSend(t *testing.T) {
	for _, delay := range []time.Duration{0, 1, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500} {
		t.Run(fmt.Sprint(delay*ms), func(t *testing.T) {
			t.Parallel()
			s := Sender{delay * ms, nothing}
			s.Send("a")
			s.Send("b")
		})
	}
}

func TestSendMany(t *testing.T) {
	var sent atomic.Int64
	s := Sender{30 * ms, func(string) { sent.Add(1) }}
	for range 1000 {
		s.Send("a")
	}
}

func TestSendAll(t *testing.T) {
	s := Sender{20 * ms, nothing}
	s.SendAll("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
}

func TestRetryTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 250*ms)
	time.AfterFunc(400*ms, cancel)
	s := Sender{5 * ms, nothing}
	s.Retry(ctx, "a")
}

func TestRetryCancelledLate(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(180*ms, cancel)
	s := Sender{time.Hour, nothing}
	s.Retry(ctx, "a")
}

func TestRetryCancelledInCleanup(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s := Sender{5 * ms, nothing}
	s.Retry(ctx, "a")
}

func TestOutboxLimit(t *testing.T) {
	if m := <-Outbox(220*ms, "a", "b"); m != "a" {
		t.Error(m)
	}
}

func TestOutboxFetched(t *testing.T) {
	for range Outbox(time.Hour, "a", "b") {
	}
}

// What is still to be printed is caught; nothing of it is a finding.
func TestPrintsLate(t *testing.T) {
	s := Sender{50 * ms, func(m string) { fmt.Println("sent", m) }}
	s.Send("a")
}

// A subtest may be over while its goroutine logs to the test around it.
func TestLogsToParent(t *testing.T) {
	sent := make(chan bool)
	t.Run("part", func(*testing.T) {
		s := Sender{20 * ms, func(m string) {
			t.Log("sent", m)
			sent <- true
		}}
		s.Send("a")
	})
	<-sent
}

func TestRecovers(t *testing.T) {
	go func() {
		defer func() { _ = recover() }()
		time.Sleep(40 * ms)
		panic("caught")
	}()
}

func TestAfterFunc(t *testing.T) {
	for _, delay := range []time.Duration{1, 30, 120, 350, 500} {
		time.AfterFunc(delay*ms, func() {})
	}
	time.AfterFunc(time.Hour, func() {})
}

func TestAfterFuncWorks(t *testing.T) {
	time.AfterFunc(60*ms, func() { time.Sleep(90 * ms) })
}

func TestAfterFuncChain(t *testing.T) {
	n := 0
	var again func()
	again = func() {
		if n++; n < 6 {
			time.AfterFunc(25*ms, again)
		}
	}
	time.AfterFunc(25*ms, again)
}
