package alarms

import (
	"context"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	New("a").Watch(time.Millisecond)
	time.Sleep(40 * time.Millisecond)
}

func TestWatchHeard(t *testing.T) {
	l := New("b")
	l.Watch(time.Millisecond)
	<-l.lost
}

func TestWatchStopped(t *testing.T) {
	New("c").Watch(time.Hour).Stop()
}

func TestWatchPending(t *testing.T) {
	New("d").Watch(time.Hour)
}

func TestCallback(t *testing.T) {
	rang := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { rang <- true }) //straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestCallback
	time.Sleep(40 * time.Millisecond)
}

func TestCallbackHeard(t *testing.T) {
	rang := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { rang <- true })
	<-rang
}

func TestCallbackLate(t *testing.T) {
	time.AfterFunc(150*time.Millisecond, func() { time.Sleep(50 * time.Millisecond) })
}

// Whoever cancels starts the callback.
func TestAfterCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rang := make(chan bool)
	context.AfterFunc(ctx, func() { rang <- true })
	cancel() //straggler:leak at=context.(*afterFuncCtx).cancel.func1 class=chan-send detail=unbuffered count=1 owner=test test=TestAfterCancel
}
