// Package signals reloads a configuration when it is told to.
package signals

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// A Reloader calls back on SIGHUP until Stop.
type Reloader struct {
	c  chan os.Signal
	wg sync.WaitGroup
}

func Start(reload func()) *Reloader {
	r := &Reloader{c: make(chan os.Signal, 1)}
	signal.Notify(r.c, syscall.SIGHUP)
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		for range r.c {
			reload()
		}
	}()
	return r
}

func (r *Reloader) Stop() {
	signal.Stop(r.c)
	close(r.c)
	r.wg.Wait()
}
