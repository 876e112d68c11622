package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// checkSink looks for the package line that the watcher owes.
func (w *worker) checkSink(s step) error {
	if !w.o.sink || s.c.kill != killNothing {
		return nil
	}
	text, err := os.ReadFile(w.sink())
	if err != nil {
		return err
	}
	for _, line := range bytes.Split(text, []byte("\n")) {
		var record struct{ Type, Checked, Why string }
		if json.Unmarshal(line, &record) != nil || record.Type != "package" {
			continue
		}
		if w.o.verbose {
			w.note("checked %s %s", record.Checked, record.Why)
		}
		if s.v.unchecked && (record.Checked == "yes" || record.Why == "") {
			return fmt.Errorf("the sink must say why it was not checked: %s", line)
		}
		return nil
	}
	return fmt.Errorf("the sink has no package line: %.300q", text)
}

// disturb waits until the test is ready, then sends the signal of the case.
func (w *worker) disturb(cmd *exec.Cmd, s step) error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(w.tmp(), "ready")); err == nil {
			break
		}
		if time.Now().After(end) {
			killAll(w.mark)
			return errors.New("the test was never ready")
		}
	}
	if s.c.kill != killNothing {
		err := w.kill(cmd, s)
		killAll(w.mark)
		return err
	}
	pid := cmd.Process.Pid
	if s.c.signal != syscall.SIGTERM {
		pid = -pid
	}
	return syscall.Kill(pid, s.c.signal)
}

// kill ends the watcher, or the runner, as hard as can be. The test binary must
// follow at once, all others when their own children have.
func (w *worker) kill(cmd *exec.Cmd, s step) error {
	test := w.testBinary(s)
	if test.pid == 0 {
		return errors.New("no test binary found")
	}
	victim := cmd.Process.Pid
	if s.c.kill == killWatcher {
		victim = test.parent
		if parent, ok := readProcess(victim, w.mark); !ok || parent.name == "go" {
			return errors.New("the test binary has no watcher")
		}
	}
	syscall.Kill(victim, syscall.SIGKILL)
	for end := time.Now().Add(3 * time.Second); w.testBinary(s).pid != 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("the test binary lives on")
		}
	}
	if left := waitUntilGone(w.mark, 10*time.Second); len(left) > 0 {
		return fmt.Errorf("left: %s", names(left))
	}
	return nil
}

func (w *worker) testBinary(s step) process {
	for _, p := range living(w.mark) {
		if p.name == s.c.pkg+".test" && p.state != 'Z' {
			return p
		}
	}
	return process{}
}

// checkDaemon looks at what a run left behind for a second: it must go on, and
// nobody may burn the processor for it.
func (w *worker) checkDaemon() error {
	before := living(w.mark)
	if len(before) == 0 {
		return errors.New("the daemon is gone")
	}
	beats := w.beats()
	time.Sleep(time.Second)
	if grown := w.beats() - beats; grown < 3 {
		return fmt.Errorf("the daemon made %d beats in a second", grown)
	}
	for _, old := range before {
		now, ok := readProcess(old.pid, w.mark)
		if ok && now.name == old.name && now.ticks > old.ticks+30 {
			return fmt.Errorf("%s used %d ms in a second", now.name, 10*(now.ticks-old.ticks))
		}
	}
	return nil
}

func (w *worker) beats() int {
	text, _ := os.ReadFile(filepath.Join(w.tmp(), "beats"))
	return strings.Count(string(text), "beat\n")
}
