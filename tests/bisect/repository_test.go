// Package bisect tests what straggler does with the commits of a repository.
package bisect

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// A repository is a module in git.
type repository struct {
	*drive.Module
	t testing.TB
}

const module = `
-- go.mod --
module example.com/m

go 1.22
-- old.go --
package m

func Old() {
	c := make(chan int)
	go func() { c <- 1 }()
}
-- m.go --
package m

func F() {
	c := make(chan int, 1)
	go func() { c <- 1 }()
}
-- m_test.go --
package m

import "testing"

func TestF(t *testing.T) { F() }

func TestOld(t *testing.T) { Old() }
`

// leaking is what makes TestF leak.
const leaking = `
-- m.go --
package m

func F() {
	c := make(chan int)
	go func() { c <- 1 }()
}
`

func newRepository(t testing.TB, archive string) *repository {
	t.Helper()
	r := &repository{drive.New(t, archive), t}
	r.Env = []string{"COLUMNS=200"}
	r.git("init", "-q", "-b", "main")
	r.git("config", "user.name", "Ann")
	r.git("config", "user.email", "ann@example.com")
	return r
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	cmd := r.Command("git", args...)
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	result := r.Do(cmd)
	if result.Code != 0 {
		r.t.Fatalf("git %v: %s%s", args, result.Stdout, result.Stderr)
	}
	return strings.TrimSpace(result.Stdout)
}

// commit writes an archive and commits it. It returns the commit's name.
func (r *repository) commit(summary, archive string) string {
	r.t.Helper()
	r.Write(archive)
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", summary)
	return r.git("rev-parse", "HEAD")
}

// noise makes n commits that change nothing of interest.
func (r *repository) noise(n int) {
	r.t.Helper()
	for i := 0; i < n; i++ {
		r.commit("noise", fmt.Sprintf("-- notes.txt --\n%d %s", i, r.t.Name()))
	}
}

// state is a sum of every file and folder, .git among them.
func (r *repository) state() string {
	r.t.Helper()
	sum := sha256.New()
	err := filepath.WalkDir(r.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %v\n", path, info.Mode())
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(sum, "%d %s\n", len(text), text)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// untouched asserts, when the test is over, that the repository is as it is now.
func (r *repository) untouched() {
	r.t.Helper()
	before := r.state()
	r.t.Cleanup(func() {
		if r.state() != before {
			r.t.Error("the repository was changed")
		}
	})
}

// worktrees are the folders of commits that are there now.
func (r *repository) worktrees() []string {
	all, _ := filepath.Glob(filepath.Join(r.Home, ".local/state/straggler/trees/*"))
	return all
}

// key finds the key of a test's leak in the run file.
func (r *repository) key(test string) string {
	r.t.Helper()
	run := r.ReadRun(r.Run)
	for _, f := range run.FindingRecords() {
		if f.Test == test {
			return f.Key
		}
	}
	r.t.Fatalf("%s leaked nothing", test)
	return ""
}

func wantCode(t *testing.T, r drive.Result, code int) {
	t.Helper()
	if r.Code != code {
		t.Errorf("exit status %d, not %d; it printed:\n%s%s", r.Code, code, r.Stdout, r.Stderr)
	}
}

func wantText(t *testing.T, where, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s has no %q:\n%s", where, part, text)
	}
}
