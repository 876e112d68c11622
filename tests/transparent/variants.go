package main

import (
	"fmt"
	"slices"
	"strings"
)

type how int

const (
	howDirect how = iota // the test binary itself, stdout and stderr apart
	howGo                // through go test
)

// A variant is a way to build and start the test binary.
type variant struct {
	name   string
	how    how
	procs  string   // GOMAXPROCS
	build  []string // flags for the build
	env    []string
	goTest []string // flags for go test alone
	wrap   []string // comes before the whole command
	only   string   // regular expression of case names; "" for all
	// The sink must say that the package was not checked.
	unchecked bool
	tty       bool
	quick     bool
}

// Cases that say something about a variant that changes the build.
const builds = `^(late|latemain|stdout|signals/|exits|exitmain|reexec|execve|daemon|ordinary|timeout|finalizer|mainruns|surroundings|descriptors|children)`

// Cases that depend on who starts the process and from where.
const starts = `^(late/|stdout|exits/|reexec|execve|daemon|ordinary|surroundings|descriptors|children|limits|filter|signals/)`

var variants = []variant{
	{name: "direct-1", how: howDirect, procs: "1", quick: true},
	{name: "direct-2", how: howDirect, procs: "2", quick: true},
	{name: "v-1", how: howGo, procs: "1", goTest: []string{"-v"}},
	{name: "v-2", how: howGo, procs: "2", goTest: []string{"-v"}},
	{name: "json-1", how: howGo, procs: "1", goTest: []string{"-json"}},
	{name: "json-2", how: howGo, procs: "2", goTest: []string{"-json"}},
	{name: "quiet-2", how: howGo, procs: "2"},
	{name: "race", how: howDirect, procs: "2", build: []string{"-race"}, only: builds},
	{name: "pie", how: howDirect, procs: "2", build: []string{"-buildmode=pie"}, only: builds},
	{name: "cover", how: howDirect, procs: "2", build: []string{"-cover", "-covermode=set"}, only: builds},
	{name: "stripped", how: howDirect, procs: "2", build: []string{"-ldflags=-s -w"}, only: builds},
	{name: "go-race", how: howGo, procs: "2", build: []string{"-race"}, goTest: []string{"-json"}, only: `^ordinary`},
	{name: "go-cover", how: howGo, procs: "2", build: []string{"-cover"}, goTest: []string{"-v"}, only: `^ordinary`},
	{name: "go-pie", how: howGo, procs: "2", build: []string{"-buildmode=pie"}, goTest: []string{"-v"}, only: `^ordinary`},
	{name: "386", how: howDirect, procs: "2", env: []string{"GOARCH=386"}, only: builds, unchecked: true},
	{name: "nobody", how: howDirect, procs: "2", only: starts,
		wrap: []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}},
	{name: "namespace", how: howGo, procs: "2", goTest: []string{"-v"}, only: starts,
		wrap: []string{"unshare", "-Urpf", "--mount-proc"}},
	{name: "ignored", how: howDirect, procs: "2", only: `^(signals/|children|surroundings|execve)`,
		wrap: shell(`trap '' HUP INT QUIT PIPE TERM; exec "$@"`)},
	{name: "into-file", how: howDirect, procs: "2", only: `^(late|stdout|output/TestLines|text|signals/|exits|execve)`,
		wrap: shell(`exec "$@" >"$TMPDIR/out" 2>&1`)},
	{name: "closed", how: howDirect, procs: "2", only: `^(descriptors|stdout|ordinary|late/|exits|reexec)`,
		wrap: shell(`exec "$@" <&- >&- 2>&-`)},
	{name: "limits", how: howDirect, procs: "2", only: `^(surroundings|ordinary|late/|descriptors|children)`,
		wrap: shell(`umask 077; ulimit -n 256; ulimit -c 0; exec nice -n 5 "$@" 3</dev/null`)},
	{name: "terminal", how: howGo, procs: "2", goTest: []string{"-v"}, only: `^(surroundings|ordinary|stdin)`, tty: true},
}

func shell(script string) []string { return []string{"sh", "-c", script, "sh"} }

func chooseVariants(names string) ([]variant, error) {
	if names == "all" {
		return variants, nil
	}
	var chosen []variant
	for _, v := range variants {
		if names == "quick" && v.quick {
			chosen = append(chosen, v)
		}
	}
	if names == "quick" {
		return chosen, nil
	}
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(variants, func(v variant) bool { return v.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no variant %q", name)
		}
		chosen = append(chosen, variants[i])
	}
	return chosen, nil
}
