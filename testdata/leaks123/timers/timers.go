// Package timers closes idle connections. Since Go 1.23 a timer that nobody
// refers to is collected, and a stopped one sends nothing.
package timers

import "time"

// An Idler calls back when nothing was touched for some time.
type Idler struct {
	timer *time.Timer
	quit  chan struct{}
}

func New(after time.Duration) *Idler {
	return &Idler{time.NewTimer(after), make(chan struct{})}
}

// Wait waits for the timer alone.
func (i *Idler) Wait(idle func()) {
	//straggler:leak class=chan-receive count=1 owner=test test=TestStoppedTimer
	//straggler:leak class=sleep count=1 owner=test test=TestFarAway
	go func() {
		<-i.timer.C
		idle()
	}()
}

// WaitOrQuit waits for the timer or for Quit.
func (i *Idler) WaitOrQuit(idle func()) {
	go func() { //straggler:leak class=select count=1 owner=test test=TestStoppedTimerOrQuit
		select {
		case <-i.timer.C:
			idle()
		case <-i.quit:
		}
	}()
}

func (i *Idler) Touch(after time.Duration) { i.timer.Reset(after) }
func (i *Idler) Stop()                     { i.timer.Stop() }
func (i *Idler) Quit()                     { close(i.quit) }

// Beat ticks until it is told to quit.
func Beat(every time.Duration, beat func()) (quit func()) {
	end := make(chan struct{})
	go func() { //straggler:leak class=ticker count=1 owner=test test=TestBeat
		for t := time.NewTicker(every); ; {
			select {
			case <-t.C:
				beat()
			case <-end:
				return
			}
		}
	}()
	return func() { close(end) }
}

// Poll makes a timer for each round; the timers are no leak, the loop is.
func Poll(every time.Duration, poll func() bool) {
	go func() { //straggler:leak class=ticker count=1 owner=test test=TestPoll/for_ever
		for <-time.After(every); poll(); <-time.After(every) {
		}
	}()
}
