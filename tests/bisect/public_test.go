package bisect

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	publicModule = "golang.org/x/sync@v0.7.0"
	publicEdit   = "func (g *Group) Wait() error {\n"
	publicLeak   = `
-- errgroup/watch.go --
package errgroup

func (g *Group) watch() {
	done := make(chan struct{})
	go func() {
		<-done
	}()
}
`
)

// download returns the folder of a module from the proxy.
func download(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("%s cannot be had: %v", module, err)
	}
	var place struct{ Dir string }
	if err := json.Unmarshal(out, &place); err != nil {
		t.Fatal(err)
	}
	return place.Dir
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o777)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A public module with a leak that one commit brings in: test, bisect, --base and the hook
// all say whose it is.
func TestPublicModule(t *testing.T) {
	t.Parallel()
	dir := download(t, publicModule)
	r := newRepository(t, "")
	copyFiles(t, dir, r.Dir)
	r.commit("v0.7.0", "")
	r.git("init", "-q", "--bare", "../remote.git")
	r.git("remote", "add", "origin", "../remote.git")
	r.git("push", "-q", "-u", "origin", "main")
	r.git("remote", "set-head", "origin", "main")
	wantCode(t, r.Straggler("hook", "install"), 0)
	r.git("checkout", "-q", "-b", "work")
	r.noise(3)
	group := r.Read("errgroup/errgroup.go")
	if strings.Count(group, publicEdit) != 1 {
		t.Fatalf("errgroup.go has another Wait:\n%s", group)
	}
	group = strings.Replace(group, publicEdit, publicEdit+"\tg.watch()\n", 1)
	sha := r.commit("errgroup: watch", publicLeak+"-- errgroup/errgroup.go --\n"+group)
	r.noise(4)
	r.untouched()

	result, run := r.Test("-run", "^TestZeroGroup$", "./errgroup")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "suspect  "+sha[:7])
	if key := r.key("TestZeroGroup"); key == "" {
		t.Errorf("no key: %+v", run)
	}
	if a := r.bisect(t, 0, "--test", "TestZeroGroup", "./errgroup"); a.FirstBad != sha {
		t.Errorf("bisect names %s, not %s", a.FirstBad, sha)
	}
	result, _ = r.Test("--base", "origin/main", "./errgroup")
	wantCode(t, result, 1)
	wantText(t, "stdout", result.Stdout, "1 new leak (")
	push := r.Do(r.Command("git", "push", "-q", "origin", "work"))
	wantCode(t, push, 1)
	wantText(t, "git push", push.Stderr, "TestZeroGroup")
	if trees := r.worktrees(); len(trees) > 0 {
		t.Errorf("left behind: %v", trees)
	}
}
