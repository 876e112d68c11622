package bisect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const importing = `
-- user/user.go --
package user

import "example.com/m"

func Use() { m.F() }
-- user/user_test.go --
package user

import "testing"

func TestUse(t *testing.T) { Use() }
-- far/far_test.go --
package far

import (
	"os"
	"testing"
)

func TestFar(t *testing.T) { os.WriteFile(os.Getenv("FAR_MARK"), nil, 0o666) }
`

// push makes a bare repository to push to, with what is there now, and installs the hook.
func withRemote(t *testing.T, archive string) *repository {
	t.Helper()
	r := newRepository(t, archive)
	r.commit("one", "")
	r.git("init", "-q", "--bare", "../remote.git")
	r.git("remote", "add", "origin", "../remote.git")
	r.git("push", "-q", "-u", "origin", "main")
	r.Env = append(r.Env, "FAR_MARK="+filepath.Join(r.Temp, "far"))
	wantCode(t, r.Straggler("hook", "install"), 0)
	return r
}

func (r *repository) push() (int, string) {
	result := r.Do(r.Command("git", "push", "-q", "origin", "HEAD:refs/heads/main"))
	return result.Code, result.Stdout + result.Stderr
}

func TestPushWithOldLeaks(t *testing.T) {
	t.Parallel()
	r := withRemote(t, module+importing)
	r.commit("nothing new", "-- m.go --\npackage m\n\nfunc F() {}")
	if code, out := r.push(); code != 0 {
		t.Errorf("the push was refused: %s", out)
	}
	if trees := r.worktrees(); len(trees) > 0 {
		t.Errorf("left behind: %v", trees)
	}
}

func TestPushWithNewLeak(t *testing.T) {
	t.Parallel()
	r := withRemote(t, module+importing)
	r.commit("leak", leaking)
	// What is in the work tree does not count.
	r.Write(sound)
	code, out := r.push()
	if code == 0 {
		t.Errorf("the push was not refused: %s", out)
	}
	for _, part := range []string{"TestF", "TestUse", "2 new leaks"} {
		wantText(t, "git push", out, part)
	}
	if _, err := os.Stat(filepath.Join(r.Temp, "far")); err == nil {
		t.Error("a package that nothing changed for was tested")
	}
}

func TestPushOfNewPackage(t *testing.T) {
	t.Parallel()
	r := withRemote(t, module)
	r.commit("package", `
-- new/new_test.go --
package new

import "testing"

func TestNew(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
`)
	code, out := r.push()
	if code == 0 {
		t.Errorf("the push was not refused: %s", out)
	}
	wantText(t, "git push", out, "TestNew")
}

func TestBudget(t *testing.T) {
	t.Parallel()
	r := withRemote(t, module+slow)
	r.Env = append(r.Env, "SLOW_MARK="+filepath.Join(r.Temp, "mark"))
	head := r.commit("leak", leaking)
	for _, c := range []struct {
		args []string
		code int
	}{{nil, 0}, {[]string{"--strict"}, 1}} {
		cmd := r.Command(r.Program, append([]string{"hook", "run", "--budget", "2s"}, c.args...)...)
		cmd.Stdin = strings.NewReader("refs/heads/main " + head + " refs/heads/main " + r.git("rev-parse", "origin/main") + "\n")
		result := r.Do(cmd)
		wantCode(t, result, c.code)
		wantText(t, "stderr", result.Stderr, "not checked, the time is over: example.com/m")
	}
}

// What is staged is checked, and not what is in the work tree.
func TestCommitOfStaged(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	wantCode(t, r.Straggler("hook", "install", "--stage", "pre-commit"), 0)
	r.Write(leaking)
	r.git("add", "m.go")
	r.Write(sound)
	result := r.Do(r.Command("git", "commit", "-q", "-m", "leak"))
	if result.Code == 0 {
		t.Errorf("the commit was not refused: %s%s", result.Stdout, result.Stderr)
	}
	wantText(t, "git commit", result.Stderr, "1 new leak")
	r.git("add", "m.go")
	r.Write(leaking)
	result = r.Do(r.Command("git", "commit", "-q", "--allow-empty", "-m", "sound"))
	wantCode(t, result, 0)
	result = r.Do(r.Command("git", "commit", "-q", "-a", "-m", "all"))
	if result.Code == 0 {
		t.Errorf("commit -a was not refused: %s%s", result.Stdout, result.Stderr)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "my hooks"} {
		r := newRepository(t, module)
		r.commit("one", "")
		folder := filepath.Join(r.Dir, ".git/hooks")
		if path != "" {
			r.git("config", "core.hooksPath", path)
			folder = filepath.Join(r.Dir, path)
		}
		os.MkdirAll(folder, 0o777)
		hook := filepath.Join(folder, "pre-push")
		mine := "#!/bin/sh\ncat >\"$HOME/lines\"\necho \"$1\" >\"$HOME/args\"\n"
		r.WriteProgram(hook, []byte(mine))
		wantCode(t, r.Straggler("hook", "install"), 0)
		once, _ := os.ReadFile(hook)
		wantCode(t, r.Straggler("hook", "install"), 0)
		twice, _ := os.ReadFile(hook)
		if string(once) == mine || string(once) != string(twice) {
			t.Errorf("it is not the same twice: %s", twice)
		}
		r.git("init", "-q", "--bare", "../remote.git")
		r.git("push", "-q", "../remote.git", "main")
		lines, _ := os.ReadFile(filepath.Join(r.Home, "lines"))
		args, _ := os.ReadFile(filepath.Join(r.Home, "args"))
		if !strings.HasPrefix(string(lines), "refs/heads/main ") || string(args) != "../remote.git\n" {
			t.Errorf("the hook that was there got %q, %q", lines, args)
		}
		wantCode(t, r.Straggler("hook", "uninstall"), 0)
		wantCode(t, r.Straggler("hook", "uninstall"), 0)
		again, _ := os.ReadFile(hook)
		if string(again) != mine {
			t.Errorf("it was not restored: %s", again)
		}
	}
}
