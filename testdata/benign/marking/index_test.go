package marking

import (
	"runtime/debug"
	"testing"
	"time"
)

var pages [][]byte

// Ends when the collector has just begun: an allocation that takes long has started it. While it
// marks it wants to stop every goroutine for a moment, also the one that ends the process.
func TestEndsWhileMarking(t *testing.T) {
	debug.SetGCPercent(20)
	for i := range 5 {
		Put(i, t.Name(), func(string) {})
	}
	for len(pages) < 32<<8 {
		began := time.Now()
		pages = append(pages, make([]byte, 4<<10))
		if len(pages) > 20<<8 && time.Since(began) > 60*time.Microsecond {
			break
		}
	}
}
