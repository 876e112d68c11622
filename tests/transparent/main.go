// Command transparent runs the packages of testdata/transparent with and
// without a watcher and compares all that can be seen from outside: status,
// every byte of output, the files and the processes that are left. It prints
// TAP, one line a case and variant.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

type options struct {
	straggler string // absolute path of the watcher
	module    string // absolute path of testdata/transparent
	scratch   string // own folder, removed at the end
	goEnv     []string
	runs      int
	sink      bool
	heavy     bool
	runner    bool
	verbose   bool
}

func main() {
	var o options
	var jobs int
	var run, variantNames string
	var list bool
	flag.StringVar(&o.straggler, "straggler", "", "the watcher: `FILE` exec --sink SINK -- COMMAND")
	flag.StringVar(&o.module, "module", "testdata/transparent", "the `FOLDER` of the cases")
	flag.IntVar(&o.runs, "runs", 1, "watched runs of each case and variant")
	flag.IntVar(&jobs, "jobs", 2, "packages at once")
	flag.StringVar(&run, "run", "", "only lines 'case variant' that match this `REGEXP`")
	flag.StringVar(&variantNames, "variants", "quick", "quick, all, or names separated by commas")
	flag.BoolVar(&list, "list", false, "list cases and variants, run nothing")
	flag.BoolVar(&o.sink, "sink", true, "the sink must have a package line")
	flag.BoolVar(&o.heavy, "heavy", false, "also cases that take minutes or gigabytes")
	flag.BoolVar(&o.runner, "runner", false, "also kill 'straggler test'")
	flag.BoolVar(&o.verbose, "verbose", false, "say what the sink says, and how long it took")
	flag.Parse()

	plan, err := makePlan(run, variantNames, &o)
	if err != nil {
		fail(err)
	}
	if list {
		for _, unit := range plan {
			for _, s := range unit {
				fmt.Println(s.name())
			}
		}
		return
	}
	if err := o.prepare(); err != nil {
		fail(err)
	}
	ok := runPlan(plan, &o, jobs)
	os.RemoveAll(o.scratch)
	if !ok {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "transparent:", err)
	os.Exit(2)
}

func (o *options) prepare() (err error) {
	if o.straggler == "" {
		return fmt.Errorf("-straggler is missing")
	}
	if strings.Contains(o.straggler, "/") {
		o.straggler, err = filepath.Abs(o.straggler)
	} else {
		o.straggler, err = exec.LookPath(o.straggler)
	}
	if err != nil {
		return err
	}
	if _, err = os.Stat(o.straggler); err != nil {
		return err
	}
	if o.module, err = filepath.Abs(o.module); err != nil {
		return err
	}
	if o.goEnv, err = goEnvironment(); err != nil {
		return err
	}
	if o.scratch, err = os.MkdirTemp("", "transparent"); err != nil {
		return err
	}
	if err = os.Chmod(o.scratch, 0o755); err != nil {
		return err
	}
	raiseCoreLimit()
	return becomeSubreaper()
}

// raiseCoreLimit lets crashes leave core files, small ones, so that one which
// only a watched crash leaves is seen.
func raiseCoreLimit() {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &l) == nil {
		l.Cur = min(l.Max, 1<<16)
		syscall.Setrlimit(syscall.RLIMIT_CORE, &l)
	}
}

// A step is one line of the output.
type step struct {
	c testCase
	v variant
}

func (s step) name() string { return s.c.name + " " + s.v.name }

// makePlan returns the steps grouped by package: those of one package run one
// after the other, since they share its folder.
func makePlan(run, variantNames string, o *options) ([][]step, error) {
	re, err := regexp.Compile(run)
	if err != nil {
		return nil, err
	}
	chosen, err := chooseVariants(variantNames)
	if err != nil {
		return nil, err
	}
	var plan [][]step
	index := map[string]int{}
	for _, c := range cases() {
		for _, v := range chosen {
			s := step{c, v}
			if !re.MatchString(s.name()) || !s.applies(o) {
				continue
			}
			i, seen := index[c.pkg]
			if !seen {
				i = len(plan)
				index[c.pkg] = i
				plan = append(plan, nil)
			}
			plan[i] = append(plan[i], s)
		}
	}
	return plan, nil
}

func (s step) applies(o *options) bool {
	if s.c.heavy && !o.heavy || s.c.runner && !o.runner {
		return false
	}
	if s.v.only != "" && !regexp.MustCompile(s.v.only).MatchString(s.c.name) {
		return false
	}
	// go test itself races with a test that gets the same signal.
	if s.c.signal != 0 && s.v.how == howGo {
		return false
	}
	if (s.c.kill != killNothing || s.c.goOnly) && s.v.how == howDirect {
		return false
	}
	return s.c.not == "" || !regexp.MustCompile(s.c.not).MatchString(s.v.name)
}

func runPlan(plan [][]step, o *options, jobs int) bool {
	var out tap
	queue := make(chan []step)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	var wg sync.WaitGroup
	for i := 0; i < jobs; i++ {
		w, err := newWorker(o, i)
		if err != nil {
			fail(err)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for unit := range queue {
				for _, s := range unit {
					out.line(s.name(), s.c.known, w.check(s), w.notes)
				}
			}
		}()
	}
feed:
	for _, unit := range plan {
		select {
		case queue <- unit:
		case <-interrupted:
			out.bail()
			break feed
		}
	}
	close(queue)
	wg.Wait()
	return out.end()
}
