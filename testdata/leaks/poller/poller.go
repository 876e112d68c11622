// Package poller looks for new work without ever resting.
package poller

import "sync/atomic"

// A Poller counts what arrives.
type Poller struct {
	work chan int
	stop chan struct{}
	seen atomic.Int64
}

func Start() *Poller {
	p := &Poller{work: make(chan int), stop: make(chan struct{})}
	go p.loop() //straggler:leak class=spin count=1 test=TestNeverStopped owner=test
	return p
}

func (p *Poller) loop() {
	for {
		select {
		case <-p.stop:
			return
		case v := <-p.work:
			p.seen.Add(int64(v))
		default:
		}
	}
}

func (p *Poller) Stop() { close(p.stop) }
