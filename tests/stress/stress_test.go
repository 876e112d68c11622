// Package stress tests what straggler does with leaks that show sometimes.
package stress

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// moody has tests that know how often they ran, in this process and in all.
const moody = `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"os"
	"testing"
)

// Count says how many processes have asked for it, this one with them.
func count(t *testing.T, name string) int64 {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Write([]byte{'.'})
	at, _ := f.Seek(0, 1)
	return at
}

func leak() {
	c := make(chan int)
	go func() { c <- 1 }()
}

func TestSecond(t *testing.T) {
	if count(t, "second") == 2 {
		leak()
	}
}

func TestFails(t *testing.T) {
	if count(t, "fails") > 1 {
		t.Error("only the first run passes")
	}
}

var calls int

func TestThird(t *testing.T) {
	calls++
	if calls%3 == 0 {
		leak()
	}
}

var ran bool

func TestOnce(t *testing.T) {
	if ran {
		leak()
		t.Fatal("ran before")
	}
	ran = true
}

func TestClean(t *testing.T) {}
`

func want(t *testing.T, r drive.Result, code int, parts ...string) {
	t.Helper()
	if r.Code != code {
		t.Errorf("exit status %d, not %d; it printed:\n%s%s", r.Code, code, r.Stdout, r.Stderr)
	}
	for _, part := range parts {
		if !strings.Contains(r.Stdout, part) {
			t.Errorf("no %q in:\n%s%s", part, r.Stdout, r.Stderr)
		}
	}
}

func newModule(t *testing.T) *drive.Module {
	m := drive.New(t, moody)
	m.Env = []string{"COLUMNS=200"}
	return m
}

func TestALeakOfAnyRunIsOne(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	result, run := m.Test("--runs", "3", "--second-look=never", "-run", "TestSecond|TestClean", ".")
	want(t, result, 1, "LEAK: TestSecond", "seen 1 of 3", "repeated: 2 more runs")
	if !run.Ended || run.Code() != 1 {
		t.Errorf("the run file says %d", run.Code())
	}
	again := m.Straggler("report", "term", m.Run)
	want(t, again, 0, "seen 1 of 3", "repeated: 2 more runs")
}

// What fails later is told, and changes nothing.
func TestTheFirstRunDecides(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	result, run := m.Test("--runs", "3", "-run", "TestFails|TestClean", ".")
	want(t, result, 0, "failed in 2 of 2 of them (test, runs): TestFails 2")
	if run.Code() != 0 {
		t.Errorf("the run file says %d", run.Code())
	}
}

func TestStress(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	m.Env = append(m.Env, "CGO_ENABLED=0")
	result, run := m.Test("--stress=40s", "-run", "TestThird|TestOnce|TestClean", ".")
	want(t, result, 1, "LEAK: TestThird", "NOTE: TestOnce", "first by repeat 3",
		"cannot run twice in one process: TestOnce", "again    straggler test -count=",
		"without the race detector: ")
	for _, record := range run.Records {
		if record.Type == "test" && record.Result != "pass" {
			t.Errorf("%s: %s", record.Test, record.Result)
		}
		if record.Type == "finding" && record.Status == "leak" && record.Test != "TestThird" {
			t.Errorf("%s is accused", record.Test)
		}
	}
	again := line(result.Stdout, "again    straggler test ")
	if r := m.Straggler(append([]string{"test"}, words(again)...)...); !strings.Contains(r.Stdout, "LEAK: TestThird") {
		t.Errorf("%s shows nothing:\n%s%s", again, r.Stdout, r.Stderr)
	}
}

func TestStressWithRace(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("the race detector needs a C compiler")
	}
	m := newModule(t)
	result, _ := m.Test("--stress=5s", "-run", "TestThird", ".")
	want(t, result, 1, "LEAK: TestThird", "again    straggler test -race -count=")
}

const odd = `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import "testing"

func TestOdd(t *testing.T) {
	t.Run("../a b'*", func(t *testing.T) {
		c := make(chan int)
		go func() { c <- 1 }()
	})
}

func TestClean(t *testing.T) {}
`

func TestTraceDir(t *testing.T) {
	t.Parallel()
	m := drive.New(t, odd)
	dir := filepath.Join(t.TempDir(), "new", "traces")
	for range 2 {
		result, run := m.Test("--trace-dir", dir, ".")
		want(t, result, 1, "LEAK: TestOdd")
		for _, record := range run.Records {
			if record.Type == "test" && (record.Activity != nil) != strings.Contains(record.Test, "/") {
				t.Errorf("%s: %v", record.Test, record.Activity)
			}
		}
	}
	for _, name := range []string{"m.TestOdd_.._a_b__", "m.TestOdd_.._a_b__.2"} {
		page, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil || !strings.Contains(string(page), "only TestOdd and what descends from it") {
			t.Errorf("%s: %v: %s", name, err, page)
		}
		cmd := m.Command("go", "tool", "trace", "-d=parsed", filepath.Join(dir, name+".trace"))
		if r := m.Do(cmd); r.Code != 0 || !strings.Contains(r.Stdout, "StateTransition") {
			t.Errorf("%s: go tool trace: %d %s", name, r.Code, r.Stderr)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 4 {
		t.Errorf("left in the folder: %v", files)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	for args, part := range map[string]string{
		"--stress=0":                     "--stress is a time above 0",
		"--stress=soon":                  "--stress: ",
		"--stress --base HEAD":           "--stress and --base do not go together",
		"--stress --bisect-step":         "--bisect-step and --key go together",
		"--runs 0":                       "--runs is a number",
		"--bisect-step --key 1 --stress": "--stress and --bisect-step do not go together",
	} {
		r := m.Straggler(append([]string{"test"}, strings.Fields(args)...)...)
		if !strings.Contains(r.Stderr, part) {
			t.Errorf("%s: no %q in %s", args, part, r.Stderr)
		}
	}
}

// line is what follows a text in its line.
func line(text, start string) string {
	_, rest, _ := strings.Cut(text, start)
	rest, _, _ = strings.Cut(rest, "\n")
	return rest
}

// words splits what a shell is to read.
func words(command string) []string {
	out := strings.Fields(command)
	for i := range out {
		out[i] = strings.Trim(out[i], "'")
	}
	return out
}
