// Package signals sends itself signals.
package signals

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

func raise(s syscall.Signal) { syscall.Kill(os.Getpid(), s) }

// die waits for a signal that a child sends, so that the dump finds this
// goroutine asleep.
func die(t *testing.T, name string) {
	if err := exec.Command("sh", "-c", "sleep 0.2; kill -"+name+" $PPID").Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

func catch(t *testing.T, s syscall.Signal) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, s)
	raise(s)
	select {
	case got := <-c:
		fmt.Println("caught", got)
	case <-time.After(10 * time.Second):
		t.Fatal("not caught")
	}
}

func TestIgnoreQuit(t *testing.T) {
	signal.Ignore(syscall.SIGQUIT)
	raise(syscall.SIGQUIT)
	time.Sleep(20 * time.Millisecond)
	fmt.Println("went on")
}

func TestCatchQuit(t *testing.T) { catch(t, syscall.SIGQUIT) }
func TestCatchTerm(t *testing.T) { catch(t, syscall.SIGTERM) }
func TestCatchUrg(t *testing.T)  { catch(t, syscall.SIGURG) }

// Caught to the end, by a goroutine that outlives the test and prints.
func TestCatchQuitAndLeave(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c)
	go func() {
		for s := range c {
			if s == syscall.SIGQUIT {
				fmt.Println("caught", s)
				os.WriteFile(os.TempDir()+"/caught", nil, 0o644)
			}
		}
	}()
}

func TestIgnoreQuitAndLeave(t *testing.T) {
	signal.Ignore(syscall.SIGQUIT)
	go func() { select {} }()
}

func TestReset(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGQUIT)
	signal.Stop(c)
	signal.Reset()
}

func TestQuit(t *testing.T)      { die(t, "QUIT") }
func TestAbort(t *testing.T)     { die(t, "ABRT") }
func TestFault(t *testing.T)     { die(t, "SEGV") }
func TestTerm(t *testing.T)      { raise(syscall.SIGTERM); time.Sleep(time.Minute) }
func TestInterrupt(t *testing.T) { raise(syscall.SIGINT); time.Sleep(time.Minute) }
func TestKill(t *testing.T)      { raise(syscall.SIGKILL); time.Sleep(time.Minute) }
func TestHangup(t *testing.T)    { raise(syscall.SIGHUP); time.Sleep(time.Minute) }

// The runtime lets these pass.
func TestOthers(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGWINCH, syscall.Signal(40)} {
		raise(s)
	}
	time.Sleep(20 * time.Millisecond)
	fmt.Println("went on")
}

func TestStop(t *testing.T) {
	wake := exec.Command("sh", "-c", "sleep 0.3; kill -CONT $PPID")
	if err := wake.Start(); err != nil {
		t.Fatal(err)
	}
	raise(syscall.SIGSTOP)
	fmt.Println("went on", wake.Wait())
}

// Interrupted system calls restart, also when a watcher holds one.
func TestStorm(t *testing.T) {
	c := make(chan os.Signal, 1000)
	signal.Notify(c, syscall.SIGCHLD, syscall.SIGUSR1)
	end := make(chan struct{})
	go func() {
		for {
			select {
			case <-end:
				return
			default:
				raise(syscall.SIGUSR1)
			}
		}
	}()
	for i := 0; i < 200; i++ {
		f, err := os.Create(os.TempDir() + "/storm")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	os.Remove(os.TempDir() + "/storm")
	close(end)
}

// A storm that lasts into the exit.
func TestStormForGood(t *testing.T) {
	signal.Ignore(syscall.SIGUSR1)
	go func() {
		for {
			raise(syscall.SIGUSR1)
		}
	}()
	time.Sleep(20 * time.Millisecond)
}

func TestChildNotices(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGCHLD)
	fmt.Println(exec.Command("true").Run())
	fmt.Println(<-c)
	signal.Stop(c)
	_, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	fmt.Println("other children:", err)
}
