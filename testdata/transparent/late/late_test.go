// Package late has goroutines that speak up after their test has ended, when
// the process is normally gone.
package late

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// after calls f 30 ms after the test's last statement.
func after(t *testing.T, f func()) {
	end := make(chan struct{})
	started := make(chan struct{})
	go func() {
		close(started)
		<-end
		time.Sleep(30 * time.Millisecond)
		f()
	}()
	<-started
	t.Cleanup(func() { close(end) })
}

func TestLog(t *testing.T)   { after(t, func() { t.Log("late") }) }
func TestError(t *testing.T) { after(t, func() { t.Error("late") }) }
func TestFail(t *testing.T)  { after(t, t.Fail) }
func TestPanic(t *testing.T) { after(t, func() { panic("late") }) }
func TestExit(t *testing.T)  { after(t, func() { os.Exit(9) }) }

func TestPrint(t *testing.T) {
	after(t, func() {
		fmt.Println("late on stdout")
		fmt.Fprintln(os.Stderr, "late on stderr")
		print("late from print\n")
	})
}

func TestLogAgain(t *testing.T) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	go func() {
		<-end
		for range time.Tick(30 * time.Millisecond) {
			t.Log("late")
		}
	}()
}

func TestCreate(t *testing.T) {
	after(t, func() {
		os.WriteFile(os.TempDir()+"/late", []byte("late"), 0o644)
	})
}

func TestFailed(t *testing.T) {
	after(t, func() { panic("late") })
	t.Error("failed before")
}
