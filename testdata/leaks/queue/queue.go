// Package queue runs jobs on a fixed number of workers.
package queue

// A Job yields a result.
type Job func() int

// A Queue is a pool of workers. Close ends them.
type Queue struct {
	jobs chan Job
	done chan int
}

func New(workers int) *Queue {
	q := &Queue{make(chan Job), make(chan int, 64)}
	for range workers {
		//straggler:leak class=chan-receive count=4 test=TestNeverClosed owner=test
		//straggler:leak class=chan-receive count=2 test=TestNeverClosedSubtest/two owner=test
		go q.work()
	}
	return q
}

func (q *Queue) work() {
	for job := range q.jobs {
		q.done <- job()
	}
}

func (q *Queue) Submit(job Job) { q.jobs <- job }
func (q *Queue) Result() int    { return <-q.done }
func (q *Queue) Close()         { close(q.jobs) }

// A Future is a value that somebody will set.
type Future struct{ value chan int }

func NewFuture() *Future { return &Future{make(chan int)} }

// OnDone calls f with the value.
func (u *Future) OnDone(f func(int)) {
	go func() { f(<-u.value) }() //straggler:leak class=chan-receive count=1 test=TestFutureNeverSet owner=test
}

func (u *Future) Set(v int) { u.value <- v }

// A Hub passes messages on. The zero Hub has nil channels: it blocks for ever,
// which is how New was forgotten.
type Hub struct {
	in, out chan string
}

func (h *Hub) Publish(s string) {
	go func() { h.in <- s }() //straggler:leak class=nil-channel detail=send count=2 test=TestZeroHubPublish owner=test
}

func (h *Hub) Listen(f func(string)) {
	//straggler:leak class=nil-channel detail=receive count=1 test=TestZeroHubListen owner=test
	go func() {
		for s := range h.out {
			f(s)
		}
	}()
}

func (h *Hub) Relay() {
	//straggler:leak class=nil-channel detail=select count=1 test=TestZeroHubRelay owner=test
	go func() {
		for {
			select {
			case s := <-h.in:
				h.out <- s
			case s := <-h.out:
				h.in <- s
			}
		}
	}()
}

// Park keeps a reference to the hub alive for as long as the program runs.
func (h *Hub) Park() {
	go func() { //straggler:leak class=select-empty count=1 test=TestPark owner=test
		defer h.Publish("bye")
		select {}
	}()
}
