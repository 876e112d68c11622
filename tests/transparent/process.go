package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// marker is the variable by which the processes of a worker are known, however
// far they move from their parents.
const marker = "TRANSPARENT_RUN"

type process struct {
	pid, parent int
	state       byte
	name        string
	ticks       uint64 // CPU time, 100 a second
	marked      bool
}

// readProcess reads /proc/PID/stat: "pid (name) state ppid … utime stime", where
// the name may have blanks and parentheses.
func readProcess(pid int, mark string) (process, bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return process{}, false
	}
	open, shut := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || shut < open {
		return process{}, false
	}
	fields := strings.Fields(string(stat[shut+1:]))
	if len(fields) < 13 {
		return process{}, false
	}
	p := process{pid: pid, name: string(stat[open+1 : shut]), state: fields[0][0]}
	p.parent, _ = strconv.Atoi(fields[1])
	for _, field := range fields[11:13] {
		n, _ := strconv.ParseUint(field, 10, 64)
		p.ticks += n
	}
	environ, _ := os.ReadFile(dir + "/environ")
	p.marked = bytes.Contains(environ, []byte(marker+"="+mark+"\x00"))
	return p, true
}

func readProcesses(mark string) []process {
	var all []process
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if p, ok := readProcess(pid, mark); ok {
				all = append(all, p)
			}
		}
	}
	return all
}

// living returns the marked processes and the zombies among their children.
func living(mark string) []process {
	var found []process
	all := readProcesses(mark)
	ours := map[int]bool{}
	for _, p := range all {
		if p.marked {
			ours[p.pid] = true
		}
	}
	for _, p := range all {
		if p.marked || p.state == 'Z' && ours[p.parent] {
			found = append(found, p)
		}
	}
	return found
}

func names(processes []process) string {
	var all []string
	for _, p := range processes {
		all = append(all, fmt.Sprintf("%s(%c)", p.name, p.state))
	}
	return strings.Join(all, " ")
}

// waitUntilGone waits for the marked processes to end by themselves, and
// returns those that do not.
func waitUntilGone(mark string, limit time.Duration) []process {
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		reapOrphans()
		left := living(mark)
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

func killAll(mark string) {
	for try := 0; try < 10; try++ {
		left := living(mark)
		if len(left) == 0 {
			return
		}
		for _, p := range left {
			if p.marked {
				syscall.Kill(p.pid, syscall.SIGKILL)
			}
		}
		time.Sleep(50 * time.Millisecond)
		reapOrphans()
	}
}

// becomeSubreaper makes the orphans of this process its own children, so that
// no zombie is hidden behind another reaper.
func becomeSubreaper() error {
	const setChildSubreaper = 36
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
	if errno != 0 {
		return fmt.Errorf("prctl: %w", errno)
	}
	return nil
}

// started has the children that os/exec waits for.
var started = struct {
	sync.Mutex
	pids map[int]bool
}{pids: map[int]bool{}}

func start(cmd *exec.Cmd) error {
	started.Lock()
	defer started.Unlock()
	if err := cmd.Start(); err != nil {
		return err
	}
	started.pids[cmd.Process.Pid] = true
	return nil
}

func wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	started.Lock()
	defer started.Unlock()
	delete(started.pids, cmd.Process.Pid)
	return err
}

func reapOrphans() {
	started.Lock()
	defer started.Unlock()
	for _, p := range readProcesses("") {
		if p.state == 'Z' && p.parent == os.Getpid() && !started.pids[p.pid] {
			syscall.Wait4(p.pid, nil, syscall.WNOHANG, nil)
		}
	}
}
