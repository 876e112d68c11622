package bisect

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOnlyNewLeaksFail(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	r.git("checkout", "-q", "-b", "work")
	r.noise(1)
	r.untouched()
	result, _ := r.Test("--base", "main", "./...")
	wantCode(t, result, 0)
	wantText(t, "stdout", result.Stdout, "no new leaks, 1 known")
	if trees := r.worktrees(); len(trees) > 0 {
		t.Errorf("left behind: %v", trees)
	}
}

func TestNewLeakFails(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	r.git("checkout", "-q", "-b", "work")
	r.commit("leak", leaking)
	r.untouched()
	result, run := r.Test("--base", "main", "--runs", "3", "./...")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "1 new leak (1 goroutine), 1 known")
	wantText(t, "stdout", result.Stdout, "new      TestF")
	wantText(t, "stdout", result.Stdout, "in 3 of 3 here, none of 3 there")
	if run.Code() != 1 {
		t.Errorf("the run file says %d", run.Code())
	}
	again := r.Straggler("report", "term", r.Run)
	wantText(t, "the report", again.Stdout, "1 new leak (1 goroutine), 1 known")
}

// The merge base counts, and not what the other branch did since.
func TestMergeBase(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	r.git("checkout", "-q", "-b", "work")
	r.commit("leak", leaking)
	r.git("checkout", "-q", "main")
	r.commit("the same leak", leaking)
	r.git("checkout", "-q", "work")
	result, _ := r.Test("--base", "main", ".")
	wantCode(t, result, 1)
	result, _ = r.Test("--base", "main", "--base-exact", ".")
	wantCode(t, result, 0)
}

// A module below the root, and a package that the base does not have.
func TestModuleBelowRoot(t *testing.T) {
	t.Parallel()
	r := newRepository(t, "-- README --\nx")
	r.commit("zero", strings.ReplaceAll(module, "\n-- ", "\n-- sub dir/"))
	r.git("checkout", "-q", "-b", "work")
	r.commit("a package", `
-- sub dir/new/new_test.go --
package new

import "testing"

func TestNew(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
`)
	r.untouched()
	result, _ := r.Test("-C", "sub dir", "--base", "main", "./...")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "new      TestNew")
	result, _ = r.Test("-C", "sub dir", "--base", "main", "./new")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "new      TestNew")
}

func TestBaseThatDoesNotBuild(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("broken", "-- broken.go --\npackage m\n\nfunc broken() { undefined() }")
	r.git("checkout", "-q", "-b", "work")
	r.commit("mended", "-- broken.go --\npackage m")
	result, _ := r.Test("--base", "main", "./...")
	wantCode(t, result, 3)
	wantText(t, "stdout", result.Stdout, "the base did not check this")
}

func TestUnknownBase(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	for _, args := range [][]string{
		{"test", "--base", "nowhere", "./..."},
		{"test", "--base-exact", "./..."},
		{"test", "--base", "main", "--runs", "0", "./..."},
	} {
		wantCode(t, r.Straggler(args...), 2)
	}
}

const slow = `
-- slow_test.go --
package m

import (
	"os"
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	if mark := os.Getenv("SLOW_MARK"); mark != "" {
		os.WriteFile(mark, nil, 0o666)
		time.Sleep(time.Minute)
	}
}
`

// A run that is killed leaves a work tree; the next one removes it. One that is asked to end
// leaves none.
func TestEnding(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, module+slow)
			r.commit("slow", "")
			r.git("checkout", "-q", "-b", "work")
			r.commit("quick", "-- slow_test.go --\npackage m")
			r.untouched()
			mark := filepath.Join(r.Temp, "mark")
			cmd := r.TestCommand("--base", "main", "./...")
			cmd.Env = append(cmd.Env, "SLOW_MARK="+mark)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				if _, err := os.Stat(mark); err == nil {
					break
				}
				if time.Now().After(end) {
					t.Fatal("the base never ran")
				}
			}
			if len(r.worktrees()) == 0 {
				t.Fatal("there is no work tree")
			}
			cmd.Process.Signal(sig)
			result := r.Wait(cmd)
			if result.Code != 128+int(sig) {
				t.Errorf("exit status %d", result.Code)
			}
			r.RemoveSinks()
			if sig == syscall.SIGKILL {
				r.Processes(5 * time.Second)
				second, _ := r.Test("--base", "main", "./...")
				wantCode(t, second, 0)
			}
			if trees := r.worktrees(); len(trees) > 0 {
				t.Errorf("left behind: %v", trees)
			}
		})
	}
}

func TestBisectStep(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	good := r.commit("one", "")
	r.noise(2)
	broken := r.commit("broken", "-- broken.go --\npackage m\n\nfunc broken() { undefined() }")
	r.commit("mended", "-- broken.go --\npackage m")
	bad := r.commit("leak", leaking)
	r.noise(2)
	r.Test(".")
	key := r.key("TestF")
	for commit, code := range map[string]int{good: 0, broken: 125, bad: 1} {
		r.git("checkout", "-q", commit)
		result := r.Straggler("test", "--bisect-step", "--key", key, ".")
		wantCode(t, result, code)
	}
	wantCode(t, r.Straggler("test", "--bisect-step", "--no-such", "."), 125)
	wantCode(t, r.Straggler("test", "--bisect-step", "--key", key, "-run", "TestNone", "."), 125)
	r.git("checkout", "-q", "main")
	r.git("bisect", "start", "main", good)
	out := r.git("bisect", "run", r.Program, "test", "--bisect-step", "--key", key, ".")
	wantText(t, "git", out, bad+" is the first bad commit")
}
