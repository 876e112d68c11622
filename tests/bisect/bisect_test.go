package bisect

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An answer is what straggler bisect --json prints.
type answer struct {
	Key        string
	FirstBad   string `json:"first_bad"`
	Confidence float64
	Candidates []string
	Skipped    []string
	Tested     []struct {
		Sha        string
		Runs, Seen int
	}
}

func (r *repository) bisect(t *testing.T, code int, args ...string) answer {
	t.Helper()
	result := r.Straggler(append([]string{"bisect", "--json"}, args...)...)
	wantCode(t, result, code)
	var a answer
	if err := json.Unmarshal([]byte(result.Stdout), &a); err != nil {
		t.Fatalf("%v: %q, %s", err, result.Stdout, result.Stderr)
	}
	t.Logf("%s", result.Stderr)
	return a
}

const leakingTwice = `
-- m.go --
package m

func F() {
	c := make(chan int)
	go func() { c <- 1 }()
	go func() { c <- 1 }()
}
`

const sound = `
-- m.go --
package m

func F() {
	c := make(chan int, 1)
	go func() { c <- 1 }()
}
`

const stopping = `
-- m.go --
package m

type T struct{ stop chan int }

func New() *T {
	t := &T{make(chan int)}
	go func() { <-t.stop }()
	return t
}

func (t *T) Close() { close(t.stop) }

func F() {
	t := New()
	defer t.Close()
}
`

const flaky = `
-- m.go --
package m

import "os"

func F() {
	c := make(chan int, 1)
	if os.Getpid()%3 == 0 {
		c = make(chan int)
	}
	go func() { c <- 1 }()
}
`

func TestBisectNamesTheCommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		make  func(r *repository) string // the commit that brought it in
		args  []string
		skips bool
	}{
		{name: "changed capacity", make: func(r *repository) string {
			r.noise(5)
			sha := r.commit("unbuffered", leaking)
			r.noise(7)
			return sha
		}},
		{name: "new go statement", make: func(r *repository) string {
			r.commit("none", "-- m.go --\npackage m\n\nfunc F() {}")
			r.noise(5)
			sha := r.commit("go", leaking)
			r.noise(3)
			return sha
		}},
		{name: "removed Close", make: func(r *repository) string {
			r.commit("closes", stopping)
			r.noise(4)
			sha := r.commit("removes", strings.Replace(stopping, "\tdefer t.Close()\n", "\t_ = t\n", 1))
			r.noise(9)
			return sha
		}},
		{name: "moved file", make: func(r *repository) string {
			r.noise(3)
			sha := r.commit("unbuffered", leaking)
			r.git("mv", "m.go", "moved.go")
			r.commit("moved", "")
			r.noise(5)
			return sha
		}},
		{name: "merge", make: func(r *repository) string {
			r.noise(2)
			r.git("checkout", "-q", "-b", "topic")
			r.commit("topic", "-- topic.txt --\nx")
			sha := r.commit("unbuffered", leaking)
			r.commit("topic", "-- topic.txt --\ny")
			r.git("checkout", "-q", "main")
			r.noise(3)
			r.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
			r.noise(2)
			return sha
		}},
		{name: "revert and again", make: func(r *repository) string {
			r.noise(2)
			r.commit("unbuffered", leaking)
			r.noise(6)
			r.commit("revert", sound)
			r.noise(1)
			sha := r.commit("again", leaking)
			r.noise(6)
			return sha
		}},
		{name: "unbuildable stretch", make: func(r *repository) string {
			r.noise(3)
			r.commit("broken", "-- broken.go --\npackage m\n\nfunc broken() { undefined() }")
			r.noise(3)
			r.commit("mended", "-- broken.go --\npackage m")
			sha := r.commit("unbuffered", leaking)
			r.noise(3)
			return sha
		}},
		{name: "flaky", make: func(r *repository) string {
			r.noise(4)
			sha := r.commit("flaky", flaky)
			r.noise(5)
			return sha
		}},
		{name: "good given", args: []string{"--good", "HEAD~8"}, make: func(r *repository) string {
			r.noise(4)
			sha := r.commit("unbuffered", leaking)
			r.noise(5)
			return sha
		}},
		{name: "first commit", make: func(r *repository) string {
			r.commit("from the start", leaking)
			r.git("checkout", "-q", "--orphan", "other")
			sha := r.commit("root", "")
			r.noise(3)
			return sha
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, module)
			r.t = t
			r.commit("one", "")
			sha := c.make(r)
			r.untouched()
			a := r.bisect(t, 0, append(c.args, "--test", "TestF")...)
			if a.FirstBad != sha {
				t.Errorf("it names %s, not %s:\n%s", a.FirstBad, sha, r.git("log", "--oneline", "--graph"))
			}
			if a.Confidence < 0.98 {
				t.Errorf("confidence %v", a.Confidence)
			}
			if trees := r.worktrees(); len(trees) > 0 {
				t.Errorf("left behind: %v", trees)
			}
		})
	}
}

func TestBisectEndsBetweenSkipped(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	r.noise(1)
	first := r.commit("broken", "-- broken.go --\npackage m\n\nfunc broken() { undefined() }")
	sha := r.commit("unbuffered", leaking)
	r.commit("mended", "-- broken.go --\npackage m")
	r.noise(2)
	a := r.bisect(t, 3, "--test", "TestF")
	if a.FirstBad != "" || len(a.Candidates) != 3 || len(a.Skipped) != 2 {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(fmt.Sprint(a.Candidates), sha) || !strings.Contains(fmt.Sprint(a.Skipped), first) {
		t.Errorf("%+v", a)
	}
}

func TestBisectShows(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	sha := r.commit("evil \x1b[2J summary", leaking)
	r.noise(1)
	r.Test(".")
	result := r.Straggler("bisect", "--key", r.key("TestF"), ".")
	wantCode(t, result, 0)
	for _, part := range []string{
		sha + " brought it in: Ann, 2026-01-02", "1 file changed", "m.go:4: +", "straggler test -run '^TestF$' example.com/m",
	} {
		wantText(t, "stdout", result.Stdout, part)
	}
	if strings.Contains(result.Stdout+result.Stderr, "\x1b") {
		t.Errorf("an escape sequence is printed raw")
	}
	wantText(t, "stderr", result.Stderr, "commits left")
	// The run file has two leaks: it does not say which is meant.
	result = r.Straggler("bisect", r.Run)
	wantCode(t, result, 2)
	wantText(t, "stderr", result.Stderr, "--key")
}

func TestBisectRefuses(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", leaking)
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"--key", "00000000"}, 3},
		{[]string{"--good", "nowhere", "--test", "TestF"}, 2},
		{[]string{"--good", "HEAD", "--test", "TestF"}, 2},
		{[]string{"--confidence", "2", "--test", "TestF"}, 2},
		{[]string{"--no-such"}, 2},
	} {
		wantCode(t, r.Straggler(append([]string{"bisect"}, c.args...)...), c.code)
	}
	os.RemoveAll(filepath.Join(r.Dir, ".git"))
	wantCode(t, r.Straggler("bisect", "--test", "TestF"), 3)
}

func TestBisectResumes(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	r.noise(3)
	sha := r.commit("unbuffered", leaking)
	r.noise(8)
	r.untouched()
	cmd := r.Command(r.Program, "bisect", "--json", "--test", "TestF")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(r.Home, ".local/state/straggler/bisect/*.jsonl")
	lines := func() int {
		n := 0
		all, _ := filepath.Glob(kept)
		for _, path := range all {
			text, _ := os.ReadFile(path)
			if len(filepath.Base(path)) == len("0123456789abcdef.jsonl") {
				n += strings.Count(string(text), "\n")
			}
		}
		return n
	}
	for end := time.Now().Add(time.Minute); lines() < 4; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is kept")
		}
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if result := r.Wait(cmd); result.Code != 128+15 {
		t.Fatalf("exit status %d", result.Code)
	}
	if trees := r.worktrees(); len(trees) > 0 {
		t.Errorf("left behind: %v", trees)
	}
	before := lines()
	first := r.bisect(t, 0, "--test", "TestF")
	after := lines()
	second := r.bisect(t, 0, "--test", "TestF")
	if first.FirstBad != sha || second.FirstBad != sha {
		t.Errorf("%+v, %+v", first, second)
	}
	if before == 0 || after <= before || lines() != after {
		t.Errorf("kept: %d, %d, %d lines", before, after, lines())
	}
}
