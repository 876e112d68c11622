package timers

import (
	"testing"
	"time"
)

func TestStoppedTimer(t *testing.T) {
	i := New(time.Hour)
	i.Wait(func() {})
	i.Stop()
}

func TestFarAway(t *testing.T) { New(time.Hour).Wait(func() {}) }

func TestTouched(t *testing.T) {
	i := New(time.Hour)
	i.Wait(func() {})
	i.Touch(120 * time.Millisecond)
}

func TestStoppedTimerOrQuit(t *testing.T) {
	i := New(time.Hour)
	i.WaitOrQuit(func() {})
	i.Stop()
}

func TestQuit(t *testing.T) {
	i := New(time.Hour)
	i.WaitOrQuit(func() {})
	i.Quit()
}

func TestBeat(t *testing.T) {
	beats := make(chan bool, 100)
	Beat(5*time.Millisecond, func() {
		select {
		case beats <- true:
		default:
		}
	})
	for range 4 {
		<-beats
	}
}

func TestBeatQuit(t *testing.T) {
	defer Beat(5*time.Millisecond, func() {})()
	time.Sleep(20 * time.Millisecond)
}

func TestPoll(t *testing.T) {
	t.Run("for ever", func(t *testing.T) {
		polls := make(chan bool, 100)
		Poll(5*time.Millisecond, func() bool {
			select {
			case polls <- true:
			default:
			}
			return true
		})
		for range 4 {
			<-polls
		}
	})
	t.Run("five times", func(t *testing.T) {
		n := 0
		Poll(20*time.Millisecond, func() bool { n++; return n < 5 })
	})
}

// Nobody refers to them: they are collected, no goroutine waits.
func TestDropped(t *testing.T) {
	for range 100 {
		time.NewTicker(time.Hour)
		time.After(time.Hour)
	}
}
