package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// command is what a step starts, in a process group of its own.
func (w *worker) command(ctx context.Context, s step, watched bool) (*exec.Cmd, error) {
	var args []string
	var err error
	dir := w.o.module
	switch {
	case s.c.kill == killRunner && watched:
		args = append([]string{w.o.straggler, "test", "-count=1"}, w.goTail(s)...)
	case s.v.how == howGo:
		args = w.goCommand(s, watched)
	default:
		dir = filepath.Join(dir, s.c.pkg)
		args, err = w.directCommand(s, watched)
	}
	if err != nil {
		return nil, err
	}
	args = append(append([]string{}, s.v.wrap...), args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, w.environment(s)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	return cmd, nil
}

func (w *worker) watcher() []string {
	return []string{w.o.straggler, "exec", "--sink", w.sink(), "--"}
}

func (w *worker) goCommand(s step, watched bool) []string {
	args := []string{"go", "test", "-count=1", "-vet=off"}
	args = append(append(args, s.v.build...), s.v.goTest...)
	if watched {
		args = append(args, "-exec="+quote(w.watcher()))
	}
	return append(args, w.goTail(s)...)
}

func (w *worker) goTail(s step) []string {
	args := []string{"./" + s.c.pkg}
	for _, flag := range s.c.flags {
		args = append(args, strings.ReplaceAll(flag, "$TMPDIR", w.tmp()))
	}
	if len(s.c.args) > 0 {
		args = append(append(args, "-args"), s.c.args...)
	}
	return args
}

// directCommand has the flags that go test gives, as the binary reads them.
func (w *worker) directCommand(s step, watched bool) ([]string, error) {
	path, err := w.binary(s)
	if err != nil {
		return nil, err
	}
	var args []string
	if watched {
		args = w.watcher()
	}
	args = append(args, path, "-test.paniconexit0", "-test.v=true")
	limit := true
	for _, flag := range s.c.flags {
		if !strings.HasPrefix(flag, "-custom") {
			flag = "-test." + flag[1:]
		}
		limit = limit && !strings.HasPrefix(flag, "-test.timeout=")
		args = append(args, flag)
	}
	if limit {
		args = append(args, "-test.timeout=10m")
	}
	return append(args, s.c.args...), nil
}

// quote joins words as go splits the value of -exec: blanks end a word outside
// of quotes, and there are no escapes.
func quote(words []string) string {
	var quoted []string
	for _, word := range words {
		if strings.ContainsAny(word, " \t\n\"") {
			word = "'" + word + "'"
		}
		quoted = append(quoted, word)
	}
	return strings.Join(quoted, " ")
}

// environment is the same for plain and watched runs, and has nothing of the
// user's but what finds go and its caches.
func (w *worker) environment(s step) []string {
	env := []string{
		marker + "=" + w.mark, "TMPDIR=" + w.tmp(), "HOME=" + filepath.Join(w.dir, "home"), "LC_ALL=C", "GOMAXPROCS=" + s.v.procs,
		"XDG_CONFIG_HOME=" + filepath.Join(w.o.scratch, "config"),
	}
	env = append(env, w.o.goEnv...)
	return append(append(env, s.v.env...), s.c.env...)
}

// goEnvironment lets go run with another HOME.
func goEnvironment() ([]string, error) {
	env := []string{"PATH=" + os.Getenv("PATH")}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return nil, err
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	return env, nil
}
