package signals

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// The runtime's own goroutine for signals stays, as it does in every program.

func TestReload(t *testing.T) {
	reloaded := make(chan bool)
	r := Start(func() { reloaded <- true })
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	<-reloaded
	r.Stop()
}

func TestNotifyContext(t *testing.T) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGUSR1)
	stop()
	<-ctx.Done()
}
