package bisect

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// commands are those that look at commits, each as it is called in a repository with a branch
// main and one that is ahead of it.
func (r *repository) commands() [][]string {
	return [][]string{
		{"test", "--base", "main", "."},
		{"bisect", "--test", "TestF", "."},
		{"hook", "run", "--stage", "pre-commit"},
	}
}

// branched has a leak on a branch work, above main.
func branched(t *testing.T) *repository {
	t.Helper()
	r := newRepository(t, module)
	r.commit("one", "")
	r.git("checkout", "-q", "-b", "work")
	r.commit("leak", leaking)
	return r
}

// object is the file of an object that git keeps alone.
func (r *repository) object(revision string) string {
	name := r.git("rev-parse", revision)
	return filepath.Join(r.Dir, ".git/objects", name[:2], name[2:])
}

func (r *repository) damage(revision string) {
	r.t.Helper()
	path := r.object(revision)
	os.Chmod(path, 0o666)
	if err := os.WriteFile(path, []byte("garbage"), 0o444); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repository) nothingLeft() {
	r.t.Helper()
	if trees := r.worktrees(); len(trees) > 0 {
		r.t.Errorf("left behind: %v", trees)
	}
}

// What a run found is told whatever is wrong with the history.
func TestDamagedObject(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{"main:m.go", "main"} {
		r := branched(t)
		r.damage(revision)
		r.untouched()
		result, _ := r.Test(".")
		wantCode(t, result, 1)
		wantText(t, "stderr", result.Stderr, "no suspects: ")
		wantText(t, "stdout", result.Stdout, "LEAK: TestF")
		for _, args := range r.commands()[:2] {
			result := r.Straggler(args...)
			wantCode(t, result, 3)
			wantText(t, strings.Join(args, " "), result.Stderr, "failed to inflate loose object")
		}
		r.nothingLeft()
	}
}

func TestBaseThatCannotBeCheckedOut(t *testing.T) {
	t.Parallel()
	r := branched(t)
	r.damage("main:m.go")
	result, run := r.Test("--base", "main", ".")
	wantCode(t, result, 3)
	wantText(t, "stdout", result.Stdout, "LEAK: TestF")
	wantText(t, "stderr", result.Stderr, "check out")
	if !run.Ended || run.Code() != 3 {
		t.Errorf("the run file says %d", run.Code())
	}
}

func TestNoSpace(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a small disk")
	}
	r := branched(t)
	r.commit("large", "-- large.txt --\n"+strings.Repeat("0123456789abcdef", 1<<17))
	r.untouched()
	disk := filepath.Join(r.Home, ".local/state/straggler")
	if err := os.MkdirAll(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small disk: %v", err)
	}
	defer syscall.Unmount(disk, 0)
	for _, args := range [][]string{{"test", "--base", "HEAD", "."}, {"bisect", "--test", "TestF", "."}} {
		result := r.Straggler(args...)
		wantCode(t, result, 3)
		wantText(t, strings.Join(args, " "), result.Stderr, "No space left on device")
		r.nothingLeft()
	}
}

func TestRepositoryOfAnother(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	r := branched(t)
	err := filepath.Walk(r.Dir, func(path string, _ os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, 12345, 12345)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.untouched()
	for _, args := range r.commands() {
		result := r.Straggler(args...)
		wantCode(t, result, 3)
		wantText(t, strings.Join(args, " "), result.Stderr, "git config --global --add safe.directory '"+r.Dir+"'")
	}
	result, _ := r.Test(".")
	wantCode(t, result, 1)
	wantText(t, "stderr", result.Stderr, "safe.directory")
}

func TestNoPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	r := branched(t)
	hooks := filepath.Join(r.Dir, ".git/hooks")
	r.Env = append(r.Env, "GOCACHE="+filepath.Join(r.Home, "cache"))
	r.As(12345)
	if err := os.Chmod(hooks, 0o555); err != nil {
		t.Fatal(err)
	}
	r.untouched()
	result := r.Straggler("hook", "install")
	wantCode(t, result, 3)
	wantText(t, "stderr", result.Stderr, "Permission denied")
	r.Env = append(r.Env, "STRAGGLER_STATE=/nowhere")
	result = r.Straggler("bisect", "--test", "TestF", ".")
	wantCode(t, result, 3)
	wantText(t, "stderr", result.Stderr, "create /nowhere/trees: Permission denied")
}

// Names that a line or a terminal cannot take: of the folder, of files, of an author.
func TestNames(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	r.commit("one", "")
	outer := r.Dir
	r.Dir = filepath.Join(filepath.Dir(outer), "a 'b")
	if err := os.Rename(outer, r.Dir); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "--bare", "../remote.git")
	r.git("push", "-q", "../remote.git", "main")
	r.git("checkout", "-q", "-b", "work")
	r.git("config", "user.name", "E\x1b[31mve")
	if err := os.WriteFile(r.Path("x 'y\"\n\xff"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	sha := r.commit("evil \x1b[2J", leaking)
	r.untouched()
	var all string
	result, _ := r.Test("--base", "main", ".")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "1 new leak (")
	all += result.Stdout + result.Stderr
	result = r.Straggler("bisect", "--test", "TestF", ".")
	wantCode(t, result, 0)
	wantText(t, "stdout", result.Stdout, sha+" brought it in: E\\x1b[31mve")
	all += result.Stdout + result.Stderr
	result = r.Straggler("blame", r.Run)
	wantText(t, "stdout", result.Stdout, sha[:7])
	all += result.Stdout + result.Stderr
	run := r.Command(r.Program, "hook", "run")
	run.Stdin = strings.NewReader("refs/heads/work " + sha + " refs/heads/main " + r.git("rev-parse", "main") + "\n")
	result = r.Do(run)
	wantCode(t, result, 1)
	all += result.Stdout + result.Stderr
	if strings.ContainsAny(all, "\x1b\xff") {
		t.Errorf("something is printed raw: %q", all)
	}
	r.nothingLeft()
}

// A hook still runs in a folder that go itself refuses.
func TestHookInFolderWithName(t *testing.T) {
	t.Parallel()
	r := branched(t)
	outer := r.Dir
	r.Dir = filepath.Join(filepath.Dir(outer), "a 'b\"\n\xff")
	if err := os.Rename(outer, r.Dir); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "--bare", "../remote.git")
	r.git("push", "-q", "../remote.git", "main")
	wantCode(t, r.Straggler("hook", "install"), 0)
	push := r.Do(r.Command("git", "push", "-q", "../remote.git", "work"))
	wantCode(t, push, 1)
	wantText(t, "git push", push.Stderr, "1 new leak (")
	wantCode(t, r.Straggler("hook", "uninstall"), 0)
}

func TestBranchWithoutCommit(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module+strings.TrimPrefix(leaking, "\n"))
	r.git("add", "-A")
	r.untouched()
	for i, code := range []int{2, 3, 0} {
		args := r.commands()[i]
		result := r.Straggler(args...)
		wantCode(t, result, code)
		text := "the branch has no commit yet"
		if code == 0 {
			text = "a leak, and nothing to compare it with: TestF"
		}
		wantText(t, strings.Join(args, " "), result.Stderr, text)
	}
}

// Nothing is written for the leaks of one module into the files of another.
func TestLastRunOfAnotherModule(t *testing.T) {
	t.Parallel()
	r := newRepository(t, module)
	wantCode(t, r.Straggler("test", "."), 1)
	other := filepath.Join(r.Temp, "other")
	if err := os.Mkdir(other, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := r.Command(r.Program, "baseline")
	cmd.Dir = other
	result := r.Do(cmd)
	wantCode(t, result, 2)
	wantText(t, "stderr", result.Stderr, "the last run was in "+r.Dir)
	wantCode(t, r.Straggler("baseline"), 0)
}
