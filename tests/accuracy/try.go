package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A setting is what differs between runs of the same module.
type setting struct {
	version string // "1.22.12", "": the Go in PATH
	procs   string // GOMAXPROCS, "": as it is
	build   string // a key of buildFlags
}

// buildFlags are what a build adds to go test's command line.
var buildFlags = map[string][]string{
	"plain": nil,
	"race":  {"-race"},
	"pie":   {"-buildmode=pie"},
	"cover": {"-cover"},
}

func (s setting) String() string {
	text := "go " + s.version
	if s.version == "" {
		text = "go"
	}
	if s.procs != "" {
		text += " GOMAXPROCS=" + s.procs
	}
	if s.build != "plain" {
		text += " " + s.build
	}
	return text
}

func (s setting) env() []string {
	env := os.Environ()
	if s.version != "" {
		env = append(env, "GOTOOLCHAIN=go"+s.version)
	}
	if s.procs != "" {
		env = append(env, "GOMAXPROCS="+s.procs)
	}
	return env
}

// older tells whether Go version a came before b: "1.22.12" before "1.25".
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// try runs a module once, each set of arguments by itself. The tally is nil when the
// setting has nothing to run.
func (o options) try(m *Module, s setting) (*Tally, error) {
	if s.version != "" && older(s.version, m.Go) {
		return nil, nil
	}
	var total *Tally
	groups := map[string][]*Package{}
	var order []string
	for _, p := range m.Packages {
		if !o.packages.MatchString(p.Path) || s.build == "race" && p.NoRace {
			continue
		}
		args := strings.Join(p.Args, " ")
		if groups[args] == nil {
			order = append(order, args)
		}
		groups[args] = append(groups[args], p)
	}
	for _, args := range order {
		t, err := o.tryPackages(m, s, groups[args])
		if err != nil {
			return nil, err
		}
		if total == nil {
			total = &Tally{}
		}
		total.Add(t)
	}
	return total, nil
}

func (o options) tryPackages(m *Module, s setting, packages []*Package) (*Tally, error) {
	dir, err := os.MkdirTemp("", "accuracy")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.jsonl")
	args := append([]string{"test", "--run-file", path}, packages[0].Args...)
	args = append(args, buildFlags[s.build]...)
	var labels []Label
	for _, p := range packages {
		args = append(args, p.Path)
		labels = append(labels, p.Labels...)
	}
	status, output, err := o.straggle(m.Dir, s, args)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w; it printed:\n%s", err, output)
	}
	defer file.Close()
	run, err := ReadRunFile(file, m.Dir)
	if err != nil {
		return nil, err
	}
	t := Compare(labels, run.Findings)
	t.CheckPackages(packages, run)
	if want := wantedStatus(labels); status != want {
		t.differ("status   %s %s: expected %d, got %d", m.Path, strings.Join(packages[0].Args, " "), want, status)
	}
	return t, nil
}

// wantedStatus is 1 when something leaks, 0 when there are notes at most.
func wantedStatus(labels []Label) int {
	for _, l := range labels {
		if l.Status == "leak" {
			return 1
		}
	}
	return 0
}

// straggle runs the program and returns its exit status and what it printed.
func (o options) straggle(dir string, s setting, args []string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), o.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.straggler, args...)
	cmd.Dir = dir
	cmd.Env = append(s.env(), "PWD="+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() == nil && (err == nil || errors.As(err, &exit)) {
		return cmd.ProcessState.ExitCode(), output.Bytes(), nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("took longer than %v; it printed:\n%s", o.limit, output.Bytes())
	}
	return 0, nil, err
}
