// Package metrics counts, and reports what was counted from time to time.
package metrics

import (
	"sync/atomic"
	"time"
)

// A Counter reports its value periodically.
type Counter struct {
	value  atomic.Int64
	report chan int64
	stop   chan struct{}
}

func New() *Counter {
	return &Counter{report: make(chan int64, 1000), stop: make(chan struct{})}
}

func (c *Counter) Add(n int64) { c.value.Add(n) }
func (c *Counter) Stop()       { close(c.stop) }

func (c *Counter) send() {
	select {
	case c.report <- c.value.Load():
	default:
	}
}

// Every reports at each tick.
func (c *Counter) Every(d time.Duration) {
	t := time.NewTicker(d)
	//straggler:leak class=ticker count=1 test=TestEvery/5ms owner=test fact="its timer fires every 5 ms"
	//straggler:leak class=ticker count=1 test=TestEvery/1h owner=test fact="its timer fires every 1 h"
	go func() {
		for range t.C {
			c.send()
		}
	}()
}

// EveryUntilStop reports at each tick, until somebody calls Stop.
func (c *Counter) EveryUntilStop(d time.Duration) {
	//straggler:leak class=ticker count=1 test=TestUntilStop/5ms owner=test fact="its timer fires every 5 ms"
	//straggler:leak class=ticker count=1 test=TestUntilStop/1h owner=test fact="its timer fires every 1 h"
	go func() {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				c.send()
			case <-c.stop:
				return
			}
		}
	}()
}

// AfterLoop makes a new timer for each report.
func (c *Counter) AfterLoop(d time.Duration) {
	go func() { //straggler:leak class=ticker count=1 test=TestAfterLoop owner=test
		for {
			select {
			case <-time.After(d):
				c.send()
			case <-c.stop:
				return
			}
		}
	}()
}

// SleepLoop reports after each sleep.
func (c *Counter) SleepLoop(d time.Duration) {
	//straggler:leak class=sleep count=1 test=TestSleepLoop owner=test
	//straggler:leak class=sleep count=1 test=TestSleepLong owner=test
	go func() {
		for {
			time.Sleep(d)
			c.send()
		}
	}()
}

// Once reports a single time.
func (c *Counter) Once(after time.Duration) {
	go func() { //straggler:leak class=sleep count=1 test=TestOnceFarAway owner=test
		<-time.After(after)
		c.send()
	}()
}

// OnceUnlessStopped reports a single time, if Stop does not come first.
func (c *Counter) OnceUnlessStopped(after time.Duration) {
	go func() { //straggler:leak class=select count=1 test=TestOnceUnlessStopped owner=test
		select {
		case <-time.After(after):
			c.send()
		case <-c.stop:
		}
	}()
}
