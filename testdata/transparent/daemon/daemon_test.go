// Package daemon leaves a process behind that goes on for some seconds. It
// writes a line into a file at each beat, and at the end the word "done".
package daemon

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const (
	as    = "DAEMON_AS"
	beats = 30
	pause = 100 * time.Millisecond
)

func TestMain(m *testing.M) {
	if os.Getenv(as) == "" {
		os.Exit(m.Run())
	}
	syscall.Setsid()
	for i := 0; i < beats; i++ {
		time.Sleep(pause)
		beat()
	}
	write("done\n")
	os.Exit(0)
}

// What a daemon does: files, goroutines, children.
func beat() {
	name := filepath.Join(os.TempDir(), "beat")
	f, err := os.Create(name)
	if err != nil {
		write("create: " + err.Error() + "\n")
		return
	}
	f.Close()
	os.Remove(name)
	done := make(chan error)
	go func() { done <- exec.Command("true").Run() }()
	if err := <-done; err != nil {
		write("child: " + err.Error() + "\n")
		return
	}
	write("beat\n")
}

func write(line string) {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "beats"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	f.WriteString(line)
}

func start(t *testing.T, cmd *exec.Cmd) {
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
}

const script = `i=0; while [ $i -lt 30 ]; do sleep 0.1; echo beat >>"$TMPDIR/beats"; i=$((i+1)); done; echo done >>"$TMPDIR/beats"`

func TestForeign(t *testing.T) { start(t, exec.Command("sh", "-c", script)) }

func TestSelf(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), as+"=1")
	start(t, cmd)
}

func TestSelfSameArguments(t *testing.T) {
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), as+"=1")
	start(t, cmd)
}

func TestSelfAndPanic(t *testing.T) {
	TestSelf(t)
	panic("the daemon goes on")
}

// Keeps the test's output open, and speaks last.
func TestHoldsOutput(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 0.5; echo the daemon speaks")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	fmt.Println(cmd.Start())
}
