// Package drive lets tests run straggler and go on small modules that they write.
package drive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Limit is the longest that one command may take.
const Limit = 3 * time.Minute

// A Module is a folder of Go files with surroundings of its own. When its test is over
// it asserts that nothing is left behind: no process, no temporary file.
type Module struct {
	Dir     string   // where commands run
	Home    string   // $HOME; the state folder is below
	Temp    string   // $TMPDIR
	Run     string   // where Test puts the run file
	Program string   // straggler
	Env     []string // added to the environment

	t    testing.TB
	mark string
	user *syscall.Credential
}

// A Result is what became of a command.
type Result struct {
	Stdout, Stderr string
	Code           int // 128 + n: ended by signal n
	Time           time.Duration
}

// New writes an archive: files with their text, each behind a line "-- NAME --".
func New(t testing.TB, archive string) *Module {
	t.Helper()
	root := t.TempDir()
	m := &Module{
		Dir:     filepath.Join(root, "module"),
		Home:    filepath.Join(root, "home"),
		Temp:    filepath.Join(root, "tmp"),
		Run:     filepath.Join(root, "run.jsonl"),
		Program: os.Getenv("STRAGGLER"),
		t:       t,
		mark:    root,
	}
	if m.Program == "" {
		t.Fatal("STRAGGLER is not set")
	}
	for _, dir := range []string{m.Dir, m.Home, m.Temp} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	m.Write(archive)
	t.Cleanup(m.check)
	return m
}

// Write adds the files of an archive. A text that begins with "#!" becomes executable.
func (m *Module) Write(archive string) {
	m.t.Helper()
	for _, part := range strings.Split("\n"+archive, "\n-- ")[1:] {
		name, text, ok := strings.Cut(part, " --\n")
		if !ok {
			m.t.Fatalf("no file name: %.40q", part)
		}
		path, mode := filepath.Join(m.Dir, name), os.FileMode(0o666)
		if strings.HasPrefix(text, "#!") {
			mode = 0o777
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			m.t.Fatal(err)
		}
		m.write(path, []byte(text+"\n"), mode)
	}
}

// WriteProgram writes an executable file.
func (m *Module) WriteProgram(path string, text []byte) {
	m.t.Helper()
	m.write(path, text, 0o777)
}

func (m *Module) write(path string, text []byte, mode os.FileMode) {
	m.t.Helper()
	// A child must not inherit a program that is open for writing: ETXTBSY.
	syscall.ForkLock.RLock()
	err := os.WriteFile(path, text, mode)
	syscall.ForkLock.RUnlock()
	if err != nil {
		m.t.Fatal(err)
	}
}

// Path is a path in the module's folder.
func (m *Module) Path(name string) string {
	return filepath.Join(m.Dir, name)
}

// Read returns the text of a file, "" when there is none.
func (m *Module) Read(name string) string {
	text, _ := os.ReadFile(m.Path(name))
	return string(text)
}

// Command prepares a command in the module's folder, in a process group of its own.
func (m *Module) Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = m.Dir
	cmd.Env = append(environment(), "HOME="+m.Home, "TMPDIR="+m.Temp, marker+"="+m.mark)
	cmd.Env = append(cmd.Env, m.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: m.user}
	return cmd
}

// As lets the following commands run as another user, to whom all files are given, a copy
// of the program among them.
func (m *Module) As(uid int) {
	m.t.Helper()
	text, err := os.ReadFile(m.Program)
	if err != nil {
		m.t.Fatal(err)
	}
	m.Program = filepath.Join(m.mark, "straggler")
	m.WriteProgram(m.Program, text)
	if err := os.Chmod(filepath.Dir(m.mark), 0o755); err != nil {
		m.t.Fatal(err)
	}
	m.user = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	err = filepath.Walk(m.mark, func(path string, _ os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, uid)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// Do runs a command to its end.
func (m *Module) Do(cmd *exec.Cmd) Result {
	m.t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	r := m.Wait(cmd)
	r.Time = time.Since(start)
	r.Stdout, r.Stderr = stdout.String(), stderr.String()
	return r
}

// Wait waits for a command that was started, within the limit.
func (m *Module) Wait(cmd *exec.Cmd) Result {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Limit)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			m.t.Errorf("%v did not end within %v", cmd.Args, Limit)
			m.killAll()
		}
	})()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return Result{Code: 128 + int(status.Signal())}
	}
	return Result{Code: status.ExitStatus()}
}

// Straggler runs straggler with these arguments.
func (m *Module) Straggler(args ...string) Result {
	m.t.Helper()
	return m.Do(m.Command(m.Program, args...))
}

// TestCommand prepares "straggler test", with a run file.
func (m *Module) TestCommand(args ...string) *exec.Cmd {
	// go wants -C to come first.
	at := 0
	if len(args) > 1 && args[0] == "-C" {
		at = 2
	}
	all := append([]string{"test"}, args[:at]...)
	all = append(append(all, "--run-file", m.Run), args[at:]...)
	return m.Command(m.Program, all...)
}

// Test runs "straggler test" and reads its run file.
func (m *Module) Test(args ...string) (Result, Run) {
	m.t.Helper()
	r := m.Do(m.TestCommand(args...))
	return r, m.ReadRun(m.Run)
}

// Go runs the go command.
func (m *Module) Go(args ...string) Result {
	m.t.Helper()
	return m.Do(m.Command("go", args...))
}

// RemoveSinks removes what a runner that was killed could not.
func (m *Module) RemoveSinks() {
	for _, path := range m.sinks() {
		os.Remove(path)
	}
}

func (m *Module) sinks() []string {
	all, _ := filepath.Glob(filepath.Join(m.Home, ".local/state/straggler/runs/*.sink"))
	return all
}

func (m *Module) check() {
	if left := m.Processes(5 * time.Second); len(left) > 0 {
		m.t.Errorf("left behind: %v", left)
		m.killAll()
	}
	files, _ := filepath.Glob(filepath.Join(m.Temp, "straggler*"))
	if files = append(files, m.sinks()...); len(files) > 0 {
		m.t.Errorf("left behind: %v", files)
	}
}

// settings are what go takes from the surroundings, made once.
var settings = sync.OnceValue(func() []string {
	var all []string
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			panic(fmt.Sprintf("go env %s: %v", name, err))
		}
		all = append(all, name+"="+strings.TrimSpace(string(out)))
	}
	return append(all, "GOFLAGS=", "GOENV=off", "GOPROXY=off", "GOWORK=", "LC_ALL=C.UTF-8", "TZ=UTC")
})

// environment is ours, without what would make a difference to what is tested.
func environment() []string {
	var all []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "STRAGGLER_STATE", "XDG_STATE_HOME", "NO_COLOR", "COLUMNS", "CI", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK":
		default:
			all = append(all, e)
		}
	}
	return append(all, settings()...)
}
