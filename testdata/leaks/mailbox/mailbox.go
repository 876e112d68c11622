// Package mailbox is a queue without a limit.
package mailbox

import "sync"

type Mailbox struct {
	mu     sync.Mutex
	filled *sync.Cond
	mails  []string
	closed bool
	idle   int
}

func New() *Mailbox {
	m := &Mailbox{}
	m.filled = sync.NewCond(&m.mu)
	return m
}

func (m *Mailbox) Put(mail string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail)
	m.filled.Signal()
}

func (m *Mailbox) take() (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.mails) == 0 && !m.closed {
		m.idle++
		m.filled.Wait()
		m.idle--
	}
	if len(m.mails) == 0 {
		return "", false
	}
	mail := m.mails[0]
	m.mails = m.mails[1:]
	return mail, true
}

// Deliver calls f with each mail until the mailbox is closed.
func (m *Mailbox) Deliver(f func(string)) {
	//straggler:leak class=cond count=1 test=TestNeverClosed owner=test
	//straggler:leak class=cond count=2 test=TestSilentClose owner=test
	go func() {
		for mail, ok := m.take(); ok; mail, ok = m.take() {
			f(mail)
		}
	}()
}

// Close tells everybody.
func (m *Mailbox) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.filled.Broadcast()
}

// SilentClose tells nobody.
func (m *Mailbox) SilentClose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
}

// Idle returns how many receivers wait.
func (m *Mailbox) Idle() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.idle
}
