// Package late sends mails in the background: the caller does not wait, but
// each goroutine ends by itself.
package late

import (
	"context"
	"time"
)

// A Sender needs some time for a mail.
type Sender struct {
	Delay time.Duration
	Sent  func(string)
}

func (s *Sender) Send(mail string) {
	go func() {
		time.Sleep(s.Delay)
		s.Sent(mail)
	}()
}

// SendAll sends one mail after the other, each on a goroutine of its own that
// starts the next.
func (s *Sender) SendAll(mails ...string) {
	if len(mails) == 0 {
		return
	}
	go func() {
		time.Sleep(s.Delay)
		s.Sent(mails[0])
		s.SendAll(mails[1:]...)
	}()
}

// Retry tries until ctx ends.
func (s *Sender) Retry(ctx context.Context, mail string) {
	go func() {
		t := time.NewTicker(s.Delay)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				s.Sent(mail)
			}
		}
	}()
}

// Outbox keeps mails until somebody fetches them or the limit is over.
func Outbox(limit time.Duration, mails ...string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		timeout := time.NewTimer(limit)
		defer timeout.Stop()
		for _, m := range mails {
			select {
			case out <- m:
			case <-timeout.C:
				return
			}
		}
	}()
	return out
}
