// Package runner runs programs in the background.
package runner

import (
	"bytes"
	"context"
	"io"
	"os/exec"
)

// A Task is a running program. Its input stays open until Stop.
type Task struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	out   bytes.Buffer
}

func task(cmd *exec.Cmd) (*Task, error) {
	t := &Task{cmd: cmd}
	var err error
	t.input, err = cmd.StdinPipe()
	return t, err
}

// Filter collects what the program prints.
func Filter(name string, args ...string) (*Task, error) {
	t, err := task(exec.Command(name, args...))
	if err != nil {
		return nil, err
	}
	t.cmd.Stdout = &t.out
	return t, t.cmd.Start() //straggler:leak class=process count=1 test=TestNeverStopped owner=test at=os/exec.(*Cmd).Start
}

// Daemon starts a program that ends when ctx does.
func Daemon(ctx context.Context, name string, args ...string) (*Task, error) {
	t, err := task(exec.CommandContext(ctx, name, args...))
	if err != nil {
		return nil, err
	}
	return t, t.cmd.Start() //straggler:leak class=process count=1 test=TestDaemon owner=test at=os/exec.(*Cmd).Start
}

// OnExit calls f when the program has ended.
func (t *Task) OnExit(f func(error)) {
	go func() { f(t.cmd.Wait()) }() //straggler:leak class=process count=1 test=TestOnExit owner=test
}

// Stop ends the program and returns what it printed.
func (t *Task) Stop() (string, error) {
	t.input.Close()
	err := t.cmd.Wait()
	return t.out.String(), err
}
