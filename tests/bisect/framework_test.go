package bisect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pre-commit framework with the hooks of configs: it is asked before a push and before a
// commit, refuses what is new, and lets old leaks pass.
func TestPreCommitFramework(t *testing.T) {
	t.Parallel()
	hooks, err := os.ReadFile("../../configs/.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t, module)
	config := "repos:\n- repo: local\n  hooks:\n  " + strings.ReplaceAll(strings.TrimSpace(string(hooks)), "\n", "\n  ")
	r.Write("-- .pre-commit-config.yaml --\n" + config)
	r.commit("one", "")
	r.git("init", "-q", "--bare", "../remote.git")
	r.git("remote", "add", "origin", "../remote.git")
	r.git("push", "-q", "-u", "origin", "main")
	r.Env = append(r.Env, "PATH="+filepath.Dir(r.Program)+":"+os.Getenv("PATH"), "PRE_COMMIT_COLOR=never")
	result := r.Do(r.Command("pre-commit", "install", "-t", "pre-push", "-t", "pre-commit"))
	wantCode(t, result, 0)

	r.Write(leaking)
	r.git("add", "m.go")
	refused := r.Do(r.Command("git", "commit", "-q", "-m", "leak"))
	wantCode(t, refused, 1)
	wantText(t, "git commit", refused.Stdout+refused.Stderr, "1 new leak")
	r.git("commit", "-q", "--no-verify", "-m", "leak")
	refused = r.Do(r.Command("git", "push", "-q", "origin", "main"))
	wantCode(t, refused, 1)
	wantText(t, "git push", refused.Stdout+refused.Stderr, "1 new leak")

	r.Write(sound + "// Sound.")
	r.git("commit", "-q", "-a", "-m", "sound")
	r.git("push", "-q", "origin", "main")
	if trees := r.worktrees(); len(trees) > 0 {
		t.Errorf("left behind: %v", trees)
	}
}
