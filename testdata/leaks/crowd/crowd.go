// Package crowd lets many callers share one connection.
package crowd

// A Call waits for its reply.
type Call struct{ reply chan string }

func New() *Call { return &Call{make(chan string)} }

// Once waits for one reply.
func (c *Call) Once() {
	go func() { <-c.reply }() //straggler:leak class=chan-receive count=1 owner=test test=TestCrowd/once-{0..66}
}

// Twice waits for two replies on two goroutines.
func (c *Call) Twice() {
	for range 2 {
		go func() { <-c.reply }() //straggler:leak class=chan-receive count=2 owner=test test=TestCrowd/twice-{0..66}
	}
}

// Answered waits for a reply that comes.
func (c *Call) Answered() {
	go func() { <-c.reply }()
	c.reply <- "ok"
}
