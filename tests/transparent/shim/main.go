// Command shim stands in for the watcher, to show what the comparison sees. It
// takes the watcher's command line; what it does wrong is in its name:
// "shim-late" is a copy of "shim" that lets a process end 100 ms late.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	i := slices.Index(os.Args, "--")
	if i < 0 || i+1 == len(os.Args) {
		fmt.Fprintln(os.Stderr, "usage: shim exec --sink FILE -- COMMAND")
		os.Exit(2)
	}
	_, fault, _ := strings.Cut(filepath.Base(os.Args[0]), "-")
	if s := slices.Index(os.Args[:i], "--sink"); s >= 0 && s+1 < i && fault != "silent" {
		os.WriteFile(os.Args[s+1], []byte(`{"type":"package","checked":"no","why":"a shim"}`+"\n"), 0o644)
	}
	os.Exit(run(fault, os.Args[i+1:]))
}

// run is an honest parent, but for the fault.
func run(fault string, args []string) int {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if !signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	switch fault {
	case "exec":
		become(args)
	case "traced":
		become(slices.Insert(slices.Clone(args), 1, "-test.trace=/dev/null"))
	case "fd3-closed":
		syscall.CloseOnExec(3)
	case "fd3-open":
		null, _ := os.Open(os.DevNull)
		cmd.ExtraFiles = []*os.File{null}
	case "environment":
		cmd.Env = append(os.Environ(), "GODEBUG=tracebackancestors=64")
	case "stdin":
		cmd.Stdin = nil
	case "group":
		cmd.SysProcAttr.Setpgid = true
	case "order":
		cmd.Args = append(cmd.Args, "-test.trace=/dev/null")
	case "orphan":
		exec.Command("sleep", "20").Start()
	case "file":
		os.WriteFile(filepath.Join(os.TempDir(), "shim"), nil, 0o644)
	case "mask":
		syscall.Umask(0o77)
	case "kill":
		cmd.SysProcAttr.Pdeathsig = 0
	case "late":
		return runLate(cmd)
	}
	code := ended(cmd, cmd.Run(), fault)
	if fault == "line" {
		fmt.Println("straggler: no leaks")
	}
	return code
}

func become(args []string) {
	signal.Reset()
	fmt.Fprintln(os.Stderr, syscall.Exec(args[0], args, os.Environ()))
	os.Exit(2)
}

// ended returns the status to end with, or ends by the signal that the child
// died of.
func ended(cmd *exec.Cmd, err error, fault string) int {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() {
		if fault == "status" {
			return min(status.ExitStatus(), 1)
		}
		return status.ExitStatus()
	}
	if fault != "signal" {
		signal.Reset()
		syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
		syscall.Kill(os.Getpid(), status.Signal())
		time.Sleep(time.Second)
	}
	return 128 + int(status.Signal())
}
