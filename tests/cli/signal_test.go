package cli

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"straggler/tests/drive"
)

// endLimit is how long the end may take after a signal: go gets three seconds.
const endLimit = 15 * time.Second

// running is a "straggler test" under way.
type running struct {
	m              *drive.Module
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func (r *running) wait() drive.Result {
	start := time.Now()
	result := r.m.Wait(r.cmd)
	result.Time = time.Since(start)
	result.Stdout, result.Stderr = r.stdout.String(), r.stderr.String()
	return result
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		group  bool
	}{
		"SIGINT to the runner":   {syscall.SIGINT, false},
		"SIGINT to its group":    {syscall.SIGINT, true},
		"SIGTERM to the runner":  {syscall.SIGTERM, false},
		"SIGTERM to its group":   {syscall.SIGTERM, true},
		"SIGHUP to its group":    {syscall.SIGHUP, true},
		"SIGQUIT to its group":   {syscall.SIGQUIT, true},
		"SIGINT twice to runner": {syscall.SIGINT, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, hanging)
			r := startHanging(t, m)
			pid := r.cmd.Process.Pid
			if c.group {
				pid = -pid
			}
			syscall.Kill(pid, c.signal)
			if strings.Contains(name, "twice") {
				time.Sleep(50 * time.Millisecond)
				syscall.Kill(pid, c.signal)
			}
			result := r.wait()
			wantCode(t, result, 128+int(c.signal))
			if result.Time > endLimit {
				t.Errorf("it took %v to end", result.Time)
			}
			run := m.ReadRun(m.Run)
			want(t, "exit status in the run file", run.Code(), 128+int(c.signal))
			want(t, "findings", found(run), leakFound)
			wantText(t, "stdout", result.Stdout, "LEAK: TestLeak")
			wantText(t, "stdout", result.Stdout, "interrupted by SIG")
			second := run.Package("example.com/m/second")
			if second.Checked != "no" || second.Why == "" {
				t.Errorf("the package that was interrupted is checked %q: %q", second.Checked, second.Why)
			}
			wantText(t, "stdout", result.Stdout, "example.com/m/second")
			if left := m.Processes(5 * time.Second); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A signal that comes before anything ran, and one while go builds.
func TestSignalWhileBuilding(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- slow.sh --
#!/bin/sh
echo >"$READY"
exec sleep 60
`)
	m.Env = []string{"READY=" + m.Path("ready")}
	r := &running{m: m, cmd: m.TestCommand("-toolexec", m.Path("slow.sh"), "-count=1", ".")}
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m.Await("ready")
	syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT)
	result := r.wait()
	wantCode(t, result, 128+int(syscall.SIGINT))
	want(t, "exit status in the run file", m.ReadRun(m.Run).Code(), 130)
}

// Nothing lives on when the runner is killed.
func TestRunnerKilled(t *testing.T) {
	t.Parallel()
	m := drive.New(t, hanging)
	r := startHanging(t, m)
	if len(m.TestBinaries()) == 0 {
		t.Error("no test binary was seen")
	}
	syscall.Kill(r.cmd.Process.Pid, syscall.SIGKILL)
	wantCode(t, r.wait(), 128+int(syscall.SIGKILL))
	if left := m.Processes(5 * time.Second); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	run := m.ReadRun(m.Run)
	want(t, "ended", run.Ended, false)
	want(t, "findings", found(run), leakFound)
	again := m.Straggler("report", "term", m.Run)
	wantCode(t, again, 0)
	wantText(t, "the report", again.Stdout, "LEAK: TestLeak")
	// Its sink is all that a killed runner leaves; the check at the end counts it otherwise.
	m.RemoveSinks()
}

// Without its watcher a test binary ends, and its package does not count as checked.
func TestWatcherKilled(t *testing.T) {
	t.Parallel()
	m := drive.New(t, hanging)
	r := startHanging(t, m)
	watchers := m.Watchers()
	if len(watchers) == 0 {
		t.Error("no watcher was seen")
	}
	for _, p := range watchers {
		syscall.Kill(p.Pid, syscall.SIGKILL)
	}
	result := r.wait()
	wantCode(t, result, 1)
	if result.Time > endLimit {
		t.Errorf("it took %v to end", result.Time)
	}
	run := m.ReadRun(m.Run)
	want(t, "findings", found(run), leakFound)
	second := run.Package("example.com/m/second")
	if second.Checked != "no" || second.Why == "" {
		t.Errorf("the package whose watcher was killed is checked %q: %q", second.Checked, second.Why)
	}
	wantText(t, "stdout", result.Stdout, "example.com/m/second")
}

// Nobody reads on: as go test, it ends by SIGPIPE, or with its number.
func TestClosedStdout(t *testing.T) {
	t.Parallel()
	m := drive.New(t, several)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	cmd := m.TestCommand("./good", "./leaks")
	cmd.Stdout = write
	r := m.Do(cmd)
	write.Close()
	wantCode(t, r, 128+int(syscall.SIGPIPE))
	m.ReadRun(m.Run)
}

// No file takes the place of a stream that is closed from the start. Where nothing can be shown
// there is no success.
func TestClosedStreams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		closed string
		code   int
	}{{"<&-", 1}, {"2>&-", 1}, {">&-", 3}, {"<&- >&- 2>&-", 3}} {
		t.Run(c.closed, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, several)
			cmd := m.TestCommand("./good", "./leaks")
			sh := m.Command("sh", append([]string{"-c", `exec "$0" "$@" ` + c.closed}, cmd.Args...)...)
			r := m.Do(sh)
			want(t, "exit status", r.Code, c.code)
			run := m.ReadRun(m.Run)
			if c.code == 1 {
				want(t, "findings", found(run), leakFound)
			}
			want(t, "code in the run file", run.Code(), c.code)
			if c.closed == ">&-" {
				wantText(t, "stderr", r.Stderr, "Bad file descriptor")
			}
		})
	}
}

// A full disk is said, and is no success.
func TestFullStdout(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"./good"}, {"./leaks"}, {"-json", "./good"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, several)
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer full.Close()
			cmd := m.TestCommand(args...)
			cmd.Stdout = full
			r := m.Do(cmd)
			want(t, "exit status", r.Code, 3)
			wantText(t, "stderr", r.Stderr, "No space left on device")
			m.ReadRun(m.Run)
		})
	}
}

func TestFullRunFile(t *testing.T) {
	t.Parallel()
	m := drive.New(t, several)
	m.Run = "/dev/full"
	r := m.Do(m.TestCommand("./good"))
	wantText(t, "stderr", r.Stderr, "the run file is incomplete: /dev/full: No space left on device")
	wantCode(t, r, 0)
	m.Run = "/dev/full"
	wantCode(t, m.Do(m.TestCommand("./leaks")), 1)
}
