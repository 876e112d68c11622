package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"straggler/tests/drive"
)

// hanging has a package that leaks, then one whose test hangs until there is a file go.
const hanging = `
-- go.mod --
module example.com/m

go 1.22
-- first/first_test.go --
package first

import "testing"

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
-- second/second_test.go --
package second

import (
	"os"
	"testing"
	"time"
)

func TestHang(t *testing.T) {
	os.WriteFile("../ready", nil, 0o666)
	for {
		if _, err := os.Stat("../go"); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
`

// startHanging starts the tests, and returns when the first package is in the run file
// and the second hangs.
func startHanging(t *testing.T, m *drive.Module, args ...string) *running {
	t.Helper()
	r := &running{m: m, cmd: m.TestCommand(append(args, "-p=1", "./first", "./second")...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m.Await("ready")
	for end := time.Now().Add(drive.Limit); ; time.Sleep(20 * time.Millisecond) {
		text, _ := os.ReadFile(m.Run)
		if strings.Contains(string(text), `"type":"finding"`) {
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("the first package never came into the run file:\n%s", text)
		}
	}
}

// While tests run, the run file has complete lines, and what has ended is in it.
func TestRunFileWhileRunning(t *testing.T) {
	t.Parallel()
	m := drive.New(t, hanging)
	r := startHanging(t, m)
	run := m.ReadRun(m.Run)
	want(t, "ended", run.Ended, false)
	want(t, "findings", found(run), leakFound)
	half := m.Straggler("report", "term", m.Run)
	wantCode(t, half, 0)
	wantText(t, "the report", half.Stdout, "LEAK: TestLeak")
	wantText(t, "the report", half.Stdout, "interrupted")
	m.Write("-- go --\nnow")
	wantCode(t, r.wait(), 1)
	run = m.ReadRun(m.Run)
	want(t, "ended", run.Ended, true)
	want(t, "packages", len(run.Packages()), 2)
}

// report prints again, byte for byte, what test printed below go's own lines.
func TestReportPrintsAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		test   []string
		report []string
	}{
		{"leaks", []string{"./good", "./leaks"}, nil},
		{"clean", []string{"./good"}, nil},
		{"failures", []string{"./..."}, nil},
		{"counts", []string{"--counts", "./good", "./leaks"}, []string{"--counts"}},
		{"verbose", []string{"--verbose", "./leaks"}, []string{"--verbose"}},
		{"color", []string{"--color=always", "./leaks"}, []string{"--color=always"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, several)
			r, _ := m.Test(c.test...)
			again := m.Straggler(append(append([]string{"report"}, c.report...), "term", m.Run)...)
			wantCode(t, again, 0)
			if again.Stdout == "" || !strings.HasSuffix(r.Stdout, again.Stdout) {
				t.Errorf("test printed:\n%s\nreport:\n%s", r.Stdout, again.Stdout)
			}
		})
	}
}

func TestStateFolder(t *testing.T) {
	t.Parallel()
	t.Run("made", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, leaky)
		wantCode(t, m.Straggler("test", "."), 1)
		files, _ := filepath.Glob(filepath.Join(m.Home, ".local/state/straggler/runs/*.jsonl"))
		if len(files) != 1 {
			t.Fatalf("run files: %v", files)
		}
		want(t, "findings", found(m.ReadRun(files[0])), leakFound)
		wantText(t, "the last run", m.Straggler("report", "term").Stdout, "LEAK: TestLeak")
	})
	t.Run("XDG_STATE_HOME", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, leaky)
		m.Env = []string{"XDG_STATE_HOME=" + m.Path("state")}
		wantCode(t, m.Straggler("test", "."), 1)
		files, _ := filepath.Glob(m.Path("state/straggler/runs/*.jsonl"))
		want(t, "run files", len(files), 1)
	})
	t.Run("read-only", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, leaky)
		state := filepath.Join(m.Home, "state")
		if err := os.Mkdir(state, 0o555); err != nil {
			t.Fatal(err)
		}
		m.Env = []string{"STRAGGLER_STATE=" + state}
		cmd := m.Command(m.Program, "test", ".")
		if os.Getuid() == 0 {
			// Else root may write everywhere.
			cmd = m.Command("setpriv", "--bounding-set=-dac_override", m.Program, "test", ".")
		}
		r := m.Do(cmd)
		wantCode(t, r, 1)
		wantText(t, "stdout", r.Stdout, "LEAK: TestLeak")
		wantText(t, "stderr", r.Stderr, "straggler: no run file: ")
		wantText(t, "stderr", r.Stderr, "ermission denied")
		files, _ := os.ReadDir(state)
		want(t, "files", len(files), 0)
	})
	// Without $HOME go has no place for its cache: it says so, and nothing was checked.
	t.Run("no home for go", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, leaky)
		cmd := m.Command("env", "-u", "HOME", "-u", "GOCACHE", "-u", "XDG_CACHE_HOME", m.Program, "test", ".")
		r := m.Do(cmd)
		wantCode(t, r, 3)
		wantText(t, "stderr", r.Stderr, "GOCACHE is not defined")
	})
	t.Run("HOME is not set", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, leaky)
		r := m.Do(m.Command("env", "-u", "HOME", m.Program, "test", "."))
		wantCode(t, r, 1)
		wantText(t, "stderr", r.Stderr, "straggler: no run file: no state folder: set STRAGGLER_STATE or HOME")
		for _, args := range [][]string{{"report", "term"}, {"allow", "0011aabb"}} {
			r := m.Do(m.Command("env", append([]string{"-u", "HOME", m.Program}, args...)...))
			want(t, "exit status", r.Code, 2)
			wantText(t, "stderr", r.Stderr, "no state folder: set STRAGGLER_STATE or HOME")
		}
	})
	// Where there is none the tests run all the same.
	for name, env := range map[string]string{
		"no home":           "HOME=",
		"not a folder":      "HOME=/dev/null",
		"nobody may write":  "HOME=/proc/self",
		"STRAGGLER_STATE":   "STRAGGLER_STATE=/proc/self/state",
		"a home of no sort": "HOME=/nonexistent\nhome",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, leaky)
			m.Env = []string{env}
			r := m.Straggler("test", ".")
			if name == "a home of no sort" {
				defer os.RemoveAll("/nonexistent\nhome")
				wantCode(t, r, 1)
				return
			}
			wantCode(t, r, 1)
			wantText(t, "stdout", r.Stdout, "LEAK: TestLeak")
			wantText(t, "stderr", r.Stderr, "straggler: no run file: ")
		})
	}
}

// Two runs at a time do not mix.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	done := make(chan drive.Result)
	for i := 0; i < 2; i++ {
		go func() { done <- m.Straggler("test", ".") }()
	}
	for i := 0; i < 2; i++ {
		wantCode(t, <-done, 1)
	}
	files, _ := filepath.Glob(filepath.Join(m.Home, ".local/state/straggler/runs/*.jsonl"))
	want(t, "run files", len(files), 2)
	for _, file := range files {
		want(t, "findings", found(m.ReadRun(file)), leakFound)
	}
}

// When tests ran and what they left was started, on the clock of the package's trace. With one
// processor findings are those of a second look, whose clock is another.
func TestRunFileTimes(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	time.Sleep(300 * time.Millisecond)
}

func TestLeft(t *testing.T) {
	for i := 0; i < 20; i++ {
		go func() { select {} }()
	}
}
`)
	for _, procs := range []string{"1", "2"} {
		cmd := m.TestCommand("-count=1", "-cpu="+procs, ".")
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+procs)
		wantCode(t, m.Do(cmd), 1)
		run := m.ReadRun(m.Run)
		slow, left, found := run.Tests()[0], run.Tests()[1], run.FindingRecords()[0]
		curve := run.Packages()[0].Curve
		if slow.Start == nil || slow.End == nil || left.Start == nil || left.End == nil || found.Born == nil || curve == nil {
			t.Fatalf("GOMAXPROCS=%s: a time is missing: %+v", procs, run.Records)
		}
		if took := *slow.End - *slow.Start; took < 300e6 || took > 10e9 {
			t.Errorf("GOMAXPROCS=%s: TestSlow took %d ns", procs, took)
		}
		if *slow.Start > 5e9 || *left.Start < *slow.End || *found.Born < *left.Start || *found.Born > *left.End || *left.End > curve.Trace {
			t.Errorf("GOMAXPROCS=%s: TestSlow %d to %d, TestLeft %d to %d, its goroutine %d, the trace %d ns", procs,
				*slow.Start, *slow.End, *left.Start, *left.End, *found.Born, curve.Trace)
		}
		most := 0
		for _, n := range curve.Peak {
			most = max(most, n)
		}
		n := len(curve.Last)
		if most < 20 || most > 22 || n == 0 || n != len(curve.Peak) || n > 128 || curve.Last[n-1] != 20 || curve.Peak[0] != 1 {
			t.Errorf("GOMAXPROCS=%s: %d at most in %+v", procs, most, *curve)
		}
		if end := curve.Begin + int64(n)*curve.Step; end < curve.Trace || end > curve.Trace+curve.Step {
			t.Errorf("GOMAXPROCS=%s: the curve ends at %d, the trace at %d ns", procs, end, curve.Trace)
		}
	}
}

// Other terminals test other modules, and their runs may be going on.
func TestLastRunIsOfHere(t *testing.T) {
	t.Parallel()
	m, other := drive.New(t, leaky), drive.New(t, strings.ReplaceAll(leaky, "TestLeak", "TestElsewhere"))
	other.Write("-- go.mod --\nmodule example.com/other\n\ngo 1.22\n")
	m.Env = []string{"STRAGGLER_STATE=" + filepath.Join(m.Home, "state")}
	other.Env = m.Env
	wantCode(t, m.Straggler("test", "."), 1)
	wantCode(t, other.Straggler("test", "."), 1)
	runs, _ := filepath.Glob(filepath.Join(m.Home, "state/runs/*.jsonl"))
	want(t, "run files", len(runs), 2)
	m.Do(m.Command("sh", "-c", `cp "$1" "${1%.jsonl}.sink.again-0.jsonl"`, "sh", runs[0]))
	wantText(t, "here", m.Straggler("report", "term").Stdout, "LEAK: TestLeak")
	wantText(t, "there", other.Straggler("report", "term").Stdout, "LEAK: TestElsewhere")
	// Who is in none of them means the last of all.
	nowhere := other.Command(other.Program, "report", "term")
	nowhere.Dir = other.Temp
	wantText(t, "nowhere", other.Do(nowhere).Stdout, "LEAK: TestElsewhere")
}

func TestOldRunsAreRemoved(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	runs := filepath.Join(m.Home, "runs")
	m.Env = []string{"STRAGGLER_STATE=" + m.Home}
	if err := os.Mkdir(runs, 0o777); err != nil {
		t.Fatal(err)
	}
	for i := range 220 {
		name := filepath.Join(runs, fmt.Sprintf("20200101-000000-%03d.jsonl", i))
		when := time.Now().Add(-48*time.Hour + time.Duration(i)*time.Minute)
		if i >= 210 {
			when = time.Now() // of today
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(runs, "mine.txt")
	if err := os.WriteFile(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	wantCode(t, m.Straggler("test", "-run", "TestClean", "."), 0)
	left, _ := filepath.Glob(filepath.Join(runs, "2020*.jsonl"))
	want(t, "files left", len(left), 200)
	want(t, "the oldest of them", filepath.Base(left[0]), "20200101-000000-020.jsonl")
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}
