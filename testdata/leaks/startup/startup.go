// Package startup begins its work when it is imported.
package startup

import "time"

var (
	events = make(chan string)
	ticks  = heartbeat()
)

func init() {
	go func() { //straggler:leak class=chan-receive status=note count=1 owner=init
		for range events {
		}
	}()
}

func heartbeat() *time.Ticker {
	t := time.NewTicker(20 * time.Millisecond)
	go func() { //straggler:leak class=ticker status=note count=1 owner=init
		for range t.C {
		}
	}()
	return t
}

// Emit sends an event to the listener of the package.
func Emit(s string) { events <- s }

// EmitLater does not wait for it.
func EmitLater(s string, gate <-chan struct{}) {
	go func() { //straggler:leak class=chan-receive count=1 owner=test test=TestEmitNever
		<-gate
		events <- s
	}()
}
