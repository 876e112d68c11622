package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// flaky fails and leaks as files say that are there or not.
const flaky = `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"os"
	"testing"
)

// first is true once for each name.
func first(name string) bool {
	f, err := os.OpenFile(os.Getenv("STATE")+"/"+name, os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		f.Close()
	}
	return err == nil
}

func TestGood(t *testing.T) {}

func TestFlaky(t *testing.T) {
	t.Run("a/b", func(t *testing.T) {
		if first("flaky") {
			go func() { select {} }()
			t.Error("first time")
		}
	})
	t.Run("never again", func(t *testing.T) {
		if !first("other") {
			t.Error("this subtest passed")
		}
	})
}

func TestBad(t *testing.T) {
	if os.Getenv("BAD") != "" {
		t.Error("each time")
	}
}

func TestPanic(t *testing.T) {
	if os.Getenv("PANIC") != "" && first("panic") {
		panic("once")
	}
}
`

func rerun(t *testing.T, env ...string) *drive.Module {
	t.Helper()
	m := drive.New(t, flaky)
	m.Env = append(env, "STATE="+t.TempDir())
	return m
}

// A test that passes when it runs again is flaky, and what it left stays a leak.
func TestRerunFlaky(t *testing.T) {
	t.Parallel()
	m := rerun(t)
	r, run := m.Test("--rerun-fails", "--report", "junit=junit.xml", "./...")
	wantCode(t, r, 1)
	wantText(t, "stdout", r.Stdout, "PASS TestFlaky/a/b (re-run 1) (")
	wantText(t, "stdout", r.Stdout, "seen 1 of 2")
	wantText(t, "stdout", r.Stdout, "6 tests (2 flaky)")
	wantNoText(t, "stdout", r.Stdout, "(re-run 2)")
	want(t, "package", run.Package("example.com/m").Result, "pass")
	for _, record := range run.Tests() {
		flaky := strings.HasPrefix(record.Test, "TestFlaky") && record.Test != "TestFlaky/never_again"
		want(t, record.Test, record.Result, "pass")
		want(t, record.Test+" flaky", record.Failures == 1 && record.Attempts == 2, flaky)
	}
	text := m.Read("junit.xml")
	wantText(t, "junit", text, "<flakyFailure message=\"Failed\" type=\"\"><stackTrace>")
	wantText(t, "junit", text, "first time")
}

// The events of a rerun follow the others, where go's stream is asked for.
func TestRerunJSON(t *testing.T) {
	t.Parallel()
	m := rerun(t, "STRAGGLER_MODE=report")
	r, _ := m.Test("--rerun-fails", "--jsonfile", "x.json", "-json", "./...")
	wantCode(t, r, 0)
	want(t, "stdout", r.Stdout, m.Read("x.json"))
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(r.Stdout), "\n") {
		var e struct{ Action, Package, Test string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if (e.Action == "pass" || e.Action == "fail") && strings.HasPrefix(e.Test, "TestFlaky/a") || e.Test == "" && e.Action == "start" {
			got = append(got, e.Action)
		}
	}
	want(t, "events", strings.Join(got, " "), "start fail start pass")
}

// Without a leak the run is green; the variable does as the option.
func TestRerunGreen(t *testing.T) {
	t.Parallel()
	m := rerun(t, "STRAGGLER_RERUN_FAILS=true", "STRAGGLER_MODE=report", "STRAGGLER_FORMAT=pkgname")
	r, run := m.Test("./...")
	wantCode(t, r, 0)
	want(t, "package", run.Package("example.com/m").Result, "pass")
	want(t, "findings", run.Findings(), "TestFlaky/a/b select-empty leak confirmed 1\n")
	wantText(t, "stdout", r.Stdout, "DONE 2 runs, 6 tests in ")
}

func TestRerunBad(t *testing.T) {
	t.Parallel()
	m := rerun(t, "BAD=1")
	r, run := m.Test("--rerun-fails=3", "--report", "junit=junit.xml", "--run", "TestBad|TestGood", "./...")
	wantCode(t, r, 1)
	want(t, "attempts", strings.Count(r.Stdout, "FAIL TestBad (re-run "), 3)
	want(t, "package", run.Package("example.com/m").Result, "fail")
	for _, record := range run.Tests() {
		if record.Test == "TestBad" {
			want(t, "attempts", record.Attempts, 4)
			want(t, "failures", record.Failures, 4)
			wantText(t, "output", record.Output, "each time")
		}
	}
	want(t, "rerunFailure", strings.Count(m.Read("junit.xml"), "<rerunFailure "), 3)
}

func TestNoRerun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, env, args, says string
	}{
		{"off", "BAD=1", "./...", ""},
		{"a panic hides tests", "PANIC=1", "--rerun-fails ./...", "no test runs again: example.com/m failed in a way that may hide others"},
		{"too many", "BAD=1", "--rerun-fails --rerun-fails-max-failures=1 ./...", "no test runs again: 2 failed, more than 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := rerun(t, c.env)
			r, run := m.Test(strings.Split(c.args, " ")...)
			wantCode(t, r, 1)
			want(t, "package", run.Package("example.com/m").Result, "fail")
			wantText(t, "stderr", r.Stderr, c.says)
			wantNoText(t, "stdout", r.Stdout, "re-run")
		})
	}
	m := rerun(t)
	r := m.Straggler("test", "--rerun-fails=many", "./...")
	wantCode(t, r, 2)
	wantText(t, "stderr", r.Stderr, "--rerun-fails is a number from 1 to 1000, not 'many'")
}
