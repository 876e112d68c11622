// Accuracy runs `straggler test` over the labelled modules in testdata, again and
// again, and holds what it finds against the labels. It prints every difference,
// recall and precision of each run, and a confusion matrix. The exit status is 0
// when there was no difference, 1 when there was one, 2 when it could not be tried.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

type options struct {
	straggler string
	testdata  string
	modules   string
	versions  string
	procs     string
	packages  *regexp.Regexp
	runs      int
	builds    string
	busy      bool
	limit     time.Duration
}

func parse() (o options, err error) {
	var packages string
	flag.StringVar(&o.straggler, "straggler", "build/debug/straggler", "the `program` to try")
	flag.StringVar(&o.testdata, "testdata", "testdata", "the `folder` with the modules")
	flag.StringVar(&o.modules, "modules", "leaks,leaks123,leaks125,benign", "modules, `names` with commas")
	flag.StringVar(&o.versions, "go", "", "Go `versions` with commas, such as 1.22.12,1.27.0; empty: the one in PATH")
	flag.StringVar(&o.procs, "procs", "", "values of GOMAXPROCS, `numbers` with commas; empty: as it is")
	flag.StringVar(&packages, "packages", "", "only packages whose import path matches the `regexp`")
	flag.IntVar(&o.runs, "runs", 1, "how often each module is run with each setting")
	flag.StringVar(&o.builds, "builds", "plain", "builds, `names` with commas: plain, race, pie, cover")
	flag.BoolVar(&o.busy, "busy", false, "beside a loop on every core")
	flag.DurationVar(&o.limit, "limit", 10*time.Minute, "how long one run of a module may take")
	flag.Parse()
	if o.packages, err = regexp.Compile(packages); err != nil {
		return o, err
	}
	for _, build := range strings.Split(o.builds, ",") {
		if _, known := buildFlags[build]; !known {
			return o, fmt.Errorf("no build %q: plain, race, pie or cover", build)
		}
	}
	o.straggler, err = filepath.Abs(o.straggler)
	return o, err
}

func main() {
	o, err := parse()
	if err == nil {
		err = o.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(2)
	}
}

// occupy keeps every core busy until the end.
func occupy() {
	for range runtime.NumCPU() {
		go func() {
			for {
			}
		}()
	}
}

// run exits 1 itself when there was a difference.
func (o options) run() error {
	modules, err := o.readModules()
	if err != nil {
		return err
	}
	if o.busy {
		occupy()
	}
	total, tried := &Tally{}, 0
	for n := 1; n <= o.runs; n++ {
		for _, s := range o.settings() {
			for _, m := range modules {
				t, err := o.try(m, s)
				if err != nil {
					return fmt.Errorf("%s with %s: %w", m.Path, s, err)
				}
				if t == nil {
					fmt.Printf("%s  run %d of %d  %s  left out: nothing to run\n", m.Path, n, o.runs, s)
					continue
				}
				o.report(m, s, n, t)
				total.Add(t)
				tried++
			}
		}
	}
	if tried == 0 {
		return errors.New("nothing was run")
	}
	return conclude(total)
}

func (o options) readModules() ([]*Module, error) {
	var modules []*Module
	for _, name := range strings.Split(o.modules, ",") {
		dir, err := filepath.Abs(filepath.Join(o.testdata, name))
		if err != nil {
			return nil, err
		}
		m, err := ReadModule(dir)
		if err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
	return modules, nil
}

func (o options) settings() []setting {
	var all []setting
	for _, version := range strings.Split(o.versions, ",") {
		for _, procs := range strings.Split(o.procs, ",") {
			for _, build := range strings.Split(o.builds, ",") {
				all = append(all, setting{version, procs, build})
			}
		}
	}
	return all
}

func (o options) report(m *Module, s setting, n int, t *Tally) {
	fmt.Printf("%s  run %d of %d  %s  labels %d, recall %.3f  findings %d, precision %.3f  differences %d\n",
		m.Path, n, o.runs, s, t.Labels, t.Recall(), t.Findings, t.Precision(), len(t.Differences))
	for _, d := range t.Differences {
		fmt.Println("   ", d)
	}
}

func conclude(total *Tally) error {
	fmt.Println()
	if err := total.WriteMatrix(os.Stdout); err != nil {
		return err
	}
	fmt.Printf("\nlabels %d, recall %.4f  findings %d, precision %.4f  differences %d\n",
		total.Labels, total.Recall(), total.Findings, total.Precision(), len(total.Differences))
	if len(total.Differences) > 0 {
		os.Exit(1)
	}
	return nil
}
