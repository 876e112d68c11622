package drive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// marker is the variable by which the processes of a module are known, however far they
// move from their parents.
const marker = "STRAGGLER_DRIVE"

// A Process is one that a command of the module's left, or has running.
type Process struct {
	Pid  int
	Name string // what it was started as
}

func (p Process) String() string {
	return fmt.Sprintf("%s (%d)", p.Name, p.Pid)
}

func (m *Module) living() []Process {
	var all []Process
	mark := []byte(marker + "=" + m.mark + "\x00")
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		dir := filepath.Join("/proc", e.Name())
		if environ, _ := os.ReadFile(dir + "/environ"); !bytes.Contains(environ, mark) {
			continue
		}
		line, _ := os.ReadFile(dir + "/cmdline")
		name, _, _ := strings.Cut(string(line), "\x00")
		all = append(all, Process{pid, filepath.Base(name)})
	}
	return all
}

// Processes waits for the module's processes to end, and returns those that do not.
func (m *Module) Processes(limit time.Duration) []Process {
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		if left := m.living(); len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

// TestBinaries returns the test binaries that run now.
func (m *Module) TestBinaries() []Process {
	var all []Process
	for _, p := range m.living() {
		if strings.HasSuffix(p.Name, ".test") {
			all = append(all, p)
		}
	}
	return all
}

// Watchers returns the watchers that run now.
func (m *Module) Watchers() []Process {
	var all []Process
	for _, p := range m.living() {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.Pid), "cmdline"))
		words := strings.Split(string(line), "\x00")
		if len(words) > 1 && words[0] == m.Program && words[1] == "exec" {
			all = append(all, p)
		}
	}
	return all
}

func (m *Module) killAll() {
	for try := 0; try < 20; try++ {
		left := m.living()
		for _, p := range left {
			syscall.Kill(p.Pid, syscall.SIGKILL)
		}
		if len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Await waits for a file that a test makes.
func (m *Module) Await(name string) {
	m.t.Helper()
	for end := time.Now().Add(Limit); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(m.Path(name)); err == nil {
			return
		}
		if time.Now().After(end) {
			m.killAll()
			m.t.Fatalf("there was never a file %s", name)
		}
	}
}
