// Package beside searches by brute force.
package beside

import "time"

// Search counts until the deadline, without a pause.
func Search(d time.Duration, found func(n int)) {
	end := time.Now().Add(d)
	go func() {
		n := 0
		for time.Now().Before(end) {
			n++
		}
		found(n)
	}()
}

// Remind calls back once.
func Remind(d time.Duration, f func()) {
	go func() {
		<-time.After(d)
		f()
	}()
}
