package mailbox

import (
	"testing"
	"time"
)

func TestNeverClosed(t *testing.T) {
	m := New()
	got := make(chan string)
	m.Deliver(func(s string) { got <- s })
	m.Put("a")
	<-got
}

func waitIdle(m *Mailbox, n int) {
	for m.Idle() < n {
		time.Sleep(time.Millisecond)
	}
}

func TestSilentClose(t *testing.T) {
	m := New()
	m.Deliver(func(string) {})
	m.Deliver(func(string) {})
	waitIdle(m, 2)
	m.SilentClose()
}

func TestClose(t *testing.T) {
	m := New()
	m.Deliver(func(string) {})
	m.Deliver(func(string) {})
	waitIdle(m, 2)
	m.Close()
}
