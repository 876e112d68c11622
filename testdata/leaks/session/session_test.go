package session

import (
	"context"
	"testing"
	"time"
)

func TestNeverEnded(t *testing.T) {
	s := New(context.Background())
	s.OnEnd(func() {})
	s.OnEnd(func() {})
}

func TestEnded(t *testing.T) {
	s := New(context.Background())
	s.OnEnd(func() {})
	s.End()
}

func TestOtherEnded(t *testing.T) {
	a, b := New(context.Background()), New(context.Background())
	a.OnEnd(func() {})
	b.OnEnd(func() {})
	a.End()
}

func TestEndedLate(t *testing.T) {
	s := New(context.Background())
	s.OnEnd(func() {})
	time.AfterFunc(100*time.Millisecond, s.End)
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Millisecond)
	t.Cleanup(func() { time.AfterFunc(time.Hour, cancel) })
	New(ctx).OnEnd(func() {})
}

func TestServeNeverEnded(t *testing.T) {
	s := New(context.Background())
	requests, answers := make(chan string), make(chan string)
	s.Serve(requests, func(r string) { answers <- r })
	requests <- "a"
	<-answers
}

func TestServeEnded(t *testing.T) {
	s := New(context.Background())
	defer s.End()
	s.Serve(make(chan string), func(string) {})
}

func TestDeviceLeftOn(t *testing.T) {
	s := NewDevice().Login()
	if s.ctx.Err() != nil {
		t.Error("over")
	}
}

func TestDeviceSwitchedOff(t *testing.T) {
	d := NewDevice()
	d.Login()
	close(d.off)
}

func TestHold(t *testing.T) {
	NewDevice().Hold()
}
