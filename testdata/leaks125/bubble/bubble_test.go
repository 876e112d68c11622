package bubble

import (
	"testing"
	"testing/synctest"
	"time"
)

// Time in a bubble is not the time outside: an hour is nothing.
func TestRetryLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		if <-RetryLater(6, time.Minute, func() bool { return false }) {
			t.Error("succeeded")
		}
		if d := time.Since(begin); d != 63*time.Minute {
			t.Error(d)
		}
	})
}

func TestRetryInSubtests(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				<-RetryLater(3, time.Hour, func() bool { return false })
				time.AfterFunc(time.Hour, func() {})
			})
		})
	}
}

func TestOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { time.Sleep(time.Hour) })
	RetryLater(1, time.Millisecond, func() bool { return true })
}

// A bubble does not own a goroutine that its test started before.
func TestBeside(t *testing.T) {
	hold := make(chan int)
	go func() { <-hold }() //straggler:leak class=chan-receive count=1 owner=test test=TestBeside
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
	})
}
