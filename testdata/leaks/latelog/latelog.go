// Package latelog writes what it does to a log that its caller chooses.
package latelog

import "time"

// Compact works in the background and says when it is done.
func Compact(logf func(format string, args ...any), took time.Duration) {
	go func() { //straggler:leak class=late-panic detail="Log in goroutine after TestCompact has completed: compacted in 300ms" count=1 test=TestCompact owner=test
		time.Sleep(took)
		logf("compacted in %v", took)
	}()
}
