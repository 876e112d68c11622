// Package exits ends in every way but the usual one.
package exits

import (
	"log"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

func leave() { go func() { select {} }() }

func TestExit0(t *testing.T)    { leave(); os.Exit(0) }
func TestExit3(t *testing.T)    { leave(); os.Exit(3) }
func TestExit256(t *testing.T)  { os.Exit(256 + 5) }
func TestRawExit(t *testing.T)  { syscall.Exit(6) }
func TestLogFatal(t *testing.T) { leave(); log.SetFlags(0); log.Fatal("fatal") }
func TestPanic(t *testing.T)    { leave(); panic("in the test") }

func TestPanicInSubtest(t *testing.T) {
	t.Run("sub", func(t *testing.T) { panic("in the subtest") })
}

func TestPanicInGoroutine(t *testing.T) {
	go func() { panic("in a goroutine") }()
	time.Sleep(time.Minute)
}

func TestExitInGoroutine(t *testing.T) {
	go os.Exit(8)
	time.Sleep(time.Minute)
}

func TestNil(t *testing.T) {
	var p *int
	*p = 1
}

func TestThrow(t *testing.T) {
	var m sync.Mutex
	m.Unlock()
}

func TestGoexit(t *testing.T)  { runtime.Goexit() }
func TestFailNow(t *testing.T) { leave(); t.FailNow() }

func TestExitOnAnyThread(t *testing.T) {
	runtime.LockOSThread()
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		os.Exit(2)
	}()
	<-done
}

// Only this thread ends; the process goes on.
func TestThreadExit(t *testing.T) {
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		close(done)
	}()
	<-done
	time.Sleep(20 * time.Millisecond)
}
