package runner

import (
	"context"
	"io"
	"os/exec"
	"testing"
)

// tasks keeps their inputs open: a collection would close them.
var (
	tasks   []*Task
	cancels []context.CancelFunc
)

func TestNeverStopped(t *testing.T) {
	task, err := Filter("cat")
	if err != nil {
		t.Fatal(err)
	}
	tasks = append(tasks, task)
	io.WriteString(task.input, "hello")
}

func TestStopped(t *testing.T) {
	task, err := Filter("cat")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(task.input, "hello")
	if text, err := task.Stop(); text != "hello" {
		t.Error(text, err)
	}
}

func TestDaemon(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	task, err := Daemon(ctx, "cat")
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	tasks = append(tasks, task)
	cancels = append(cancels, cancel)
}

func TestDaemonStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	task, err := Daemon(ctx, "cat")
	if err != nil {
		t.Fatal(err)
	}
	task.Stop()
}

func TestOnExit(t *testing.T) {
	task, err := task(exec.Command("cat"))
	if err != nil {
		t.Fatal(err)
	}
	if err := task.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tasks = append(tasks, task)
	task.OnExit(func(error) {})
}

func TestOnExitLate(t *testing.T) {
	task, err := Filter("sleep", "0.15")
	if err != nil {
		t.Fatal(err)
	}
	task.OnExit(func(error) {})
}
