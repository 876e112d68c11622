// Package session keeps the state of users who are logged in.
package session

import "context"

// A Session lives until End.
type Session struct {
	ctx context.Context
	end context.CancelFunc
}

func New(parent context.Context) *Session {
	s := &Session{}
	s.ctx, s.end = context.WithCancel(parent)
	return s
}

func (s *Session) End() { s.end() }

// OnEnd calls f when the session is over.
func (s *Session) OnEnd(f func()) {
	//straggler:leak class=context count=2 test=TestNeverEnded owner=test
	//straggler:leak class=context count=1 test=TestOtherEnded owner=test
	go func() {
		<-s.ctx.Done()
		f()
	}()
}

// Serve answers requests until the session is over.
func (s *Session) Serve(requests <-chan string, answer func(string)) {
	go func() { //straggler:leak class=select count=1 test=TestServeNeverEnded owner=test
		for {
			select {
			case r := <-requests:
				answer(r)
			case <-s.ctx.Done():
				return
			}
		}
	}()
}

// A Device is a context of another make: package context needs a goroutine
// to listen to it.
type Device struct {
	context.Context
	off chan struct{}
}

func NewDevice() *Device { return &Device{context.Background(), make(chan struct{})} }

func (d *Device) Done() <-chan struct{} { return d.off }

func (d *Device) Err() error {
	select {
	case <-d.off:
		return context.Canceled
	default:
		return nil
	}
}

// Login starts a session that ends with its device.
func (d *Device) Login() *Session {
	s := &Session{}
	s.ctx, s.end = context.WithCancel(d) //straggler:leak at=context.(*cancelCtx).propagateCancel class=context count=1 test=TestDeviceLeftOn owner=test
	return s
}

// Hold waits for a device with a Done channel that is not a context's.
func (d *Device) Hold() {
	go func() { <-d.off }() //straggler:leak class=chan-receive count=1 test=TestHold owner=test
}
