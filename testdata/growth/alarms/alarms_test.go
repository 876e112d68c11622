package alarms

import (
	"testing"
	"time"
)

// --- time.After in a loop: each round leaves its timer behind

func receive(in <-chan int) (sum int) {
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return sum
			}
			sum += v
		case <-time.After(time.Hour): //straggler:grow class=timer-growth test=TestReceive timers=21 until=1.26
			return sum
		}
	}
}

func receiveStopped(in <-chan int) (sum int) {
	limit := time.NewTimer(time.Hour)
	defer limit.Stop()
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return sum
			}
			sum += v
		case <-limit.C:
			return sum
		}
	}
}

func twenty() <-chan int {
	out := make(chan int, 20)
	for i := 0; i < cap(out); i++ {
		out <- i
	}
	close(out)
	return out
}

func TestReceive(t *testing.T) {
	receive(twenty())
}

func TestReceiveStopped(t *testing.T) {
	receiveStopped(twenty())
}

func TestPoll(t *testing.T) {
	ready := make(chan struct{}, 1)
	for i := 0; i < 15; i++ {
		ready <- struct{}{}
		select {
		case <-ready:
		case <-time.After(30 * time.Minute): //straggler:grow class=timer-growth test=TestPoll timers=15 until=1.26
			t.Fatal("not ready")
		}
	}
}

func TestPollWithOne(t *testing.T) {
	ready := make(chan struct{}, 1)
	limit := time.NewTimer(30 * time.Minute)
	defer limit.Stop()
	for i := 0; i < 15; i++ {
		ready <- struct{}{}
		select {
		case <-ready:
		case <-limit.C:
			t.Fatal("not ready")
		}
	}
}

type client struct{ timeout time.Duration }

func (c *client) do(answer chan string) string {
	answer <- "pong"
	select {
	case s := <-answer:
		return s
	case <-time.After(c.timeout): //straggler:grow class=timer-growth test=TestClient timers=10 until=1.26
		return ""
	}
}

func TestClient(t *testing.T) {
	c := &client{timeout: time.Hour}
	for i := 0; i < 10; i++ {
		c.do(make(chan string, 1))
	}
}

func TestClientWithoutTimeout(t *testing.T) {
	for i := 0; i < 10; i++ {
		answer := make(chan string, 1)
		answer <- "pong"
		<-answer
	}
}

// --- timers and tickers that are never stopped

func heartbeat() *time.Ticker {
	return time.NewTicker(time.Hour) //straggler:grow class=timer-growth test=TestHeartbeat timers=10 until=1.26
}

func TestHeartbeat(t *testing.T) {
	for i := 0; i < 10; i++ {
		heartbeat()
	}
}

func TestHeartbeatStopped(t *testing.T) {
	for i := 0; i < 10; i++ {
		heartbeat().Stop()
	}
}

type poller struct{ ticker *time.Ticker }

func newPoller() *poller {
	return &poller{ticker: time.NewTicker(time.Hour)} //straggler:grow class=timer-growth test=TestPollers timers=10 until=1.26
}

func (p *poller) Close() { p.ticker.Stop() }

func TestPollers(t *testing.T) {
	for i := 0; i < 10; i++ {
		if newPoller().ticker == nil {
			t.Fatal("no ticker")
		}
	}
}

func TestPollersClosed(t *testing.T) {
	for i := 0; i < 10; i++ {
		defer newPoller().Close()
	}
}

func TestDeadline(t *testing.T) {
	for i := 0; i < 10; i++ {
		deadline := time.NewTimer(time.Hour) //straggler:grow class=timer-growth test=TestDeadline timers=10 until=1.26
		select {
		case <-deadline.C:
			t.Fatal("too late")
		default:
		}
	}
}

func TestDeadlineStopped(t *testing.T) {
	for i := 0; i < 10; i++ {
		deadline := time.NewTimer(time.Hour)
		select {
		case <-deadline.C:
			t.Fatal("too late")
		default:
		}
		deadline.Stop()
	}
}
