// Package mainpool runs work on goroutines that all tests share.
package mainpool

// A Pool has one goroutine a worker.
type Pool struct{ work chan func() }

func New(workers int) *Pool {
	p := &Pool{make(chan func())}
	for range workers {
		//straggler:leak class=chan-receive status=note count=2 owner=testmain
		//straggler:leak class=chan-receive count=1 owner=test test=TestOwnPool
		go p.run()
	}
	return p
}

func (p *Pool) run() {
	for f := range p.work {
		f()
	}
}

// Do waits until f has run.
func (p *Pool) Do(f func()) {
	done := make(chan struct{})
	p.work <- func() {
		defer close(done)
		f()
	}
	<-done
}

func (p *Pool) Close() { close(p.work) }

// Notify sends from a goroutine that a worker starts.
func (p *Pool) Notify(to chan<- string, message string) {
	p.Do(func() {
		go func() { to <- message }() //straggler:leak class=chan-send detail=unbuffered status=note count=1 owner=testmain
	})
}
