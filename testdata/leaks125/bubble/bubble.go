// Package bubble retries what failed after a pause.
package bubble

import "time"

// Retry calls try until it succeeds, at most n times, and doubles its pause.
func Retry(n int, pause time.Duration, try func() bool) bool {
	for range n {
		if try() {
			return true
		}
		time.Sleep(pause)
		pause *= 2
	}
	return false
}

// RetryLater does so in the background.
func RetryLater(n int, pause time.Duration, try func() bool) <-chan bool {
	done := make(chan bool)
	go func() { done <- Retry(n, pause, try) }() //straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestOutside
	return done
}
