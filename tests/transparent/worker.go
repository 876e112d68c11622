package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A worker runs steps one after the other. Plain and watched runs have the
// same folders and the same environment.
type worker struct {
	o     *options
	mark  string
	dir   string
	notes []string
}

func newWorker(o *options, n int) (*worker, error) {
	w := &worker{o: o, mark: fmt.Sprintf("%d.%d", os.Getpid(), n), dir: filepath.Join(o.scratch, strconv.Itoa(n))}
	return w, w.empty()
}

// empty makes the folders anew, for any user.
func (w *worker) empty() error {
	for _, name := range []string{"tmp", "home", "sink"} {
		dir := filepath.Join(w.dir, name)
		exec.Command("chmod", "-R", "u+rwx", dir).Run()
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(dir, 0o777); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) tmp() string  { return filepath.Join(w.dir, "tmp") }
func (w *worker) sink() string { return filepath.Join(w.dir, "sink", "sink") }

// A result is all that is compared.
type result struct {
	status         string
	stdout, stderr string
	files          string // left in the temporary, home and package folders
	left           string // processes that do not end
	elapsed        time.Duration
}

// check runs a step plain and watched.
func (w *worker) check(s step) error {
	w.notes = nil
	plain, err := w.once(s, false)
	if err != nil {
		return fmt.Errorf("plain: %w", err)
	}
	for i := 1; i <= w.o.runs; i++ {
		watched, err := w.once(s, true)
		if err == nil {
			err = w.checkSink(s)
		}
		if err == nil && s.c.kill == killNothing {
			err = w.compare(s, plain, watched)
		}
		if err != nil {
			return fmt.Errorf("run %d of %d: %w", i, w.o.runs, err)
		}
		if w.o.verbose {
			w.note("plain %v, watched %v", plain.elapsed.Round(time.Millisecond), watched.elapsed.Round(time.Millisecond))
		}
	}
	return nil
}

func (w *worker) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

func (w *worker) compare(s step, plain, watched result) error {
	err := differ(s, plain, watched)
	if err == nil {
		return nil
	}
	for i := 0; i < 3; i++ {
		again, againErr := w.once(s, false)
		if againErr != nil || differ(s, plain, again) != nil {
			w.note("two plain runs differ as well: the case is not steady")
			break
		}
	}
	return err
}

func differ(s step, plain, watched result) error {
	extra := s.c.extra
	if extra == 0 {
		extra = 10 * time.Second
	}
	for _, part := range []struct{ name, plain, watched string }{
		{"status", plain.status, watched.status},
		{"stdout", plain.stdout, watched.stdout},
		{"stderr", plain.stderr, watched.stderr},
		{"files left", plain.files, watched.files},
		{"processes left", plain.left, watched.left},
	} {
		if part.plain != part.watched {
			return fmt.Errorf("%s\n%s", part.name, firstDifference(part.plain, part.watched))
		}
	}
	if watched.elapsed > plain.elapsed+extra {
		return fmt.Errorf("took %v, plain %v", watched.elapsed, plain.elapsed)
	}
	return nil
}

func firstDifference(plain, watched string) string {
	a, b := strings.Split(plain, "\n"), strings.Split(watched, "\n")
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	around := func(lines []string) string {
		var out strings.Builder
		for _, line := range lines[min(i, len(lines)):min(i+4, len(lines))] {
			fmt.Fprintf(&out, "    %.300q\n", line)
		}
		return out.String()
	}
	return fmt.Sprintf("line %d of %d plain:\n%sof %d watched:\n%s", i+1, len(a), around(a), len(b), around(b))
}

// once runs the command of a step and gathers what it did.
func (w *worker) once(s step, watched bool) (result, error) {
	if err := w.empty(); err != nil {
		return result{}, err
	}
	folder := filepath.Join(w.o.module, s.c.pkg)
	before := fileNames(folder)
	if s.v.how == howDirect {
		if _, err := w.binary(s); err != nil {
			return result{}, err
		}
	}
	limit := s.c.limit
	if limit == 0 {
		limit = 40 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd, err := w.command(ctx, s, watched)
	if err != nil {
		return result{}, err
	}
	var out, errOut capture
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if s.c.stdin != "" {
		cmd.Stdin = strings.NewReader(s.c.stdin)
	}
	begin := time.Now()
	if err := w.run(cmd, s, watched); err != nil {
		return result{}, err
	}
	r := result{elapsed: time.Since(begin), status: strings.TrimSuffix(cmd.ProcessState.String(), " (core dumped)")}
	if ctx.Err() != nil {
		killAll(w.mark)
		return result{}, fmt.Errorf("not over after %v\n%.2000s", limit, out.text(s.c))
	}
	err = w.settle(s, &r)
	r.stdout, r.stderr = out.text(s.c), errOut.text(s.c)
	r.files = w.files(s.c) + newFiles(folder, before)
	return r, err
}

// run starts the command, does to it what the case says, and waits.
func (w *worker) run(cmd *exec.Cmd, s step, watched bool) error {
	if s.v.tty {
		other, terminal, err := giveTerminal(cmd)
		if err != nil {
			return err
		}
		defer other.Close()
		defer terminal.Close()
	}
	if err := start(cmd); err != nil {
		return err
	}
	var disturbed error
	if s.c.signal != 0 || s.c.kill != killNothing && watched {
		disturbed = w.disturb(cmd, s)
	} else if s.c.kill != killNothing {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		killAll(w.mark)
	}
	err := wait(cmd)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState == nil {
		return err
	}
	return disturbed
}

// settle waits for the processes that a run leaves, and looks at how they live.
func (w *worker) settle(s step, r *result) error {
	patience := 3 * time.Second
	if s.c.daemon {
		if err := w.checkDaemon(); err != nil {
			killAll(w.mark)
			return err
		}
		patience = 15 * time.Second
	}
	left := waitUntilGone(w.mark, patience)
	r.left = names(left)
	killAll(w.mark)
	return nil
}

func fileNames(folder string) []string {
	var all []string
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// newFiles names the files that a run left in a package's folder, and removes
// them.
func newFiles(folder string, before []string) string {
	var out strings.Builder
	for _, name := range fileNames(folder) {
		if !slices.Contains(before, name) {
			fmt.Fprintf(&out, "package folder: %s\n", name)
			os.RemoveAll(filepath.Join(folder, name))
		}
	}
	return out.String()
}

// files tells of each file in the temporary and the home folder its mode and
// what is in it.
func (w *worker) files(c testCase) string {
	var out strings.Builder
	for _, top := range []string{"tmp", "home"} {
		root := filepath.Join(w.dir, top)
		filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err != nil || path == root {
				return nil
			}
			name, _ := filepath.Rel(w.dir, path)
			fmt.Fprintf(&out, "%s %v\n", name, info.Mode())
			if info.Mode().IsRegular() && filepath.Ext(path) != ".test" {
				text, _ := os.ReadFile(path)
				out.WriteString(clean(c, string(text)))
			}
			return nil
		})
	}
	return out.String()
}

// binaries has the test binaries of direct variants, built once.
var binaries sync.Map

type binary struct {
	once sync.Once
	path string
	err  error
}

func (w *worker) binary(s step) (string, error) {
	key := strings.Join(append(append([]string{s.c.pkg}, s.v.build...), s.v.env...), "\x00")
	entry, _ := binaries.LoadOrStore(key, &binary{})
	b := entry.(*binary)
	b.once.Do(func() {
		dir, err := os.MkdirTemp(w.o.scratch, "bin")
		if err != nil {
			b.err = err
			return
		}
		os.Chmod(dir, 0o755)
		b.path = filepath.Join(dir, s.c.pkg+".test")
		args := append([]string{"test", "-c", "-vet=off", "-o", b.path}, s.v.build...)
		cmd := exec.Command("go", append(args, "./"+s.c.pkg)...)
		cmd.Dir, cmd.Env = w.o.module, append(os.Environ(), s.v.env...)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := start(cmd); err != nil {
			b.err = err
		} else if err := wait(cmd); err != nil {
			b.err = fmt.Errorf("%w\n%s", err, out.String())
		}
	})
	return b.path, b.err
}
