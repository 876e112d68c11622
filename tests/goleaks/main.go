// Goleaks holds what straggler finds against what Go's own goroutine leak profile is
// expected to find, on the leak programs that the runtime's tests use. The programs are read
// from the toolchain and wrapped as tests, one package and so one process each; nothing
// of them is kept. What a plain run does not show is run again under stress. The exit status is 0
// when all that Go's profile must find was found plainly, all that it may find was found in the end,
// and nothing was called proven that it must never find, 1 when not, 2 when it could not be tried.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// A program is one function that leaks, or must not seem to.
type program struct {
	name    string
	flaky   bool     // Go's profile may find its leaks
	leaks   []string // patterns of the functions that leak
	sources []string
}

// A finding is what a run file says of one.
type finding struct {
	Type, Package, Started, Class, Status, Certainty, Hang string
	Stack                                                  []struct{ Function string }
}

// impossible names the programs whose leaks cannot come about, and why.
var impossible = map[string]string{
	"Moby27782": "its reader holds, from start to end, the lock that must be taken to close what it reads",
}

var (
	caseStart = regexp.MustCompile(`(?m)^\t+make(Flaky)?Test\("(\w+)"`)
	leakLine  = regexp.MustCompile("(?m)^\t+`(.*)`\\)?,$")
)

// expectations reads the table of cases of the runtime's test.
func expectations(text string) []*program {
	var programs []*program
	starts := caseStart.FindAllStringSubmatchIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		p := &program{name: text[at[4]:at[5]], flaky: at[2] >= 0}
		body, _, _ := strings.Cut(text[at[1]:end], "\n\t}\n")
		for _, leak := range leakLine.FindAllStringSubmatch(body, -1) {
			p.leaks = append(p.leaks, leak[1])
		}
		programs = append(programs, p)
	}
	return programs
}

// find gives a program the files that it is made of.
func (p *program) find(folder string) error {
	for _, dir := range []string{folder, filepath.Join(folder, "goker")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if strings.Contains(string(text), `register("`+p.name+`",`) {
				p.sources = []string{file, filepath.Join(dir, "main.go")}
			}
		}
	}
	if p.sources == nil {
		return fmt.Errorf("no source registers %s", p.name)
	}
	return nil
}

// write makes a package of the program. Its own profile is not taken: it would collect. Where
// the program would end itself the test hangs: os.Exit inside of a test is a failure of its own.
func (p *program) write(dir string) error {
	dir = filepath.Join(dir, strings.ToLower(p.name))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, source := range p.sources {
		text, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		quiet := strings.ReplaceAll(string(text), `Lookup("goroutineleak")`, `Lookup("threadcreate")`)
		quiet = strings.ReplaceAll(quiet, "os.Exit(0)", "return")
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(source)), []byte(quiet), 0o644); err != nil {
			return err
		}
	}
	test := fmt.Sprintf("package main\n\nimport \"testing\"\n\nfunc Test%s(t *testing.T) { cmds[%q]() }\n", p.name, p.name)
	return os.WriteFile(filepath.Join(dir, "wrapped_test.go"), []byte(test), 0o644)
}

// function is the part of a pattern that says what leaks; the rest is how it waits.
func function(pattern string) string {
	name, _, _ := strings.Cut(pattern, `\(.*`)
	name, _, _ = strings.Cut(name, `.* `)
	return name + "$"
}

// has says whether the finding is of a goroutine with the function: the one that it was started
// with, or when a wrapper was, the outermost one on its stack.
func (f finding) has(want *regexp.Regexp) bool {
	started := f.Started
	for i := len(f.Stack); i > 0 && strings.Contains(started, ".gowrap"); i-- {
		started = f.Stack[i-1].Function
	}
	return want.MatchString(started)
}

// found says whether some finding is the leak. One that a timer started is a note, as its test is
// not known, but a proven one.
func (p *program) found(findings []finding, pattern string) bool {
	want := regexp.MustCompile(function(pattern))
	for _, f := range findings {
		if strings.HasSuffix(f.Package, "/"+strings.ToLower(p.name)) && f.has(want) &&
			(f.Status == "leak" || f.Hang != "" || f.Certainty == "proven") {
			return true
		}
	}
	return false
}

func readFindings(path string) (findings []finding, err error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var f finding
		if err := json.Unmarshal(lines.Bytes(), &f); err == nil && f.Type == "finding" {
			findings = append(findings, f)
		}
	}
	return findings, lines.Err()
}

// A score is how many leaks of a kind there are and were found.
type score struct{ found, all int }

func (s score) String() string { return fmt.Sprintf("%d of %d", s.found, s.all) }

// A verdict is what came of all programs.
type verdict struct {
	must, may score
	proven    int        // of what must never be found
	missed    []*program // which did not show all
}

// judge prints what was missed and what was said too much.
func judge(how string, programs []*program, findings []finding) (v verdict) {
	for _, p := range programs {
		to := &v.must
		if p.flaky {
			to = &v.may
		}
		all := true
		for _, leak := range p.leaks {
			to.all++
			if p.found(findings, leak) {
				to.found++
			} else {
				fmt.Printf("    %s: missed %s: %s\n", how, p.name, leak)
				all = false
			}
		}
		if !all {
			v.missed = append(v.missed, p)
		}
		for _, f := range findings {
			if len(p.leaks) == 0 && f.Certainty == "proven" && strings.HasSuffix(f.Package, "/"+strings.ToLower(p.name)) {
				fmt.Printf("    %s: %s is called proven: %s\n", how, p.name, f.Started)
				v.proven++
			}
		}
	}
	fmt.Printf("goleaks %s: what Go's profile must find %v, may find %v, must never find: %d called proven\n",
		how, v.must, v.may, v.proven)
	return v
}

type options struct {
	straggler, dir, stress string
	env                    []string
}

func (o options) goroot() (string, error) {
	ask := exec.Command("go", "env", "GOROOT")
	ask.Env = o.env
	root, err := ask.Output()
	return strings.TrimSpace(string(root)), err
}

// readPrograms makes the module.
func (o options) readPrograms(only *regexp.Regexp) ([]*program, error) {
	root, err := o.goroot()
	if err != nil {
		return nil, err
	}
	runtime := filepath.Join(root, "src", "runtime")
	text, err := os.ReadFile(filepath.Join(runtime, "goroutineleakprofile_test.go"))
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(o.dir); err != nil {
		return nil, err
	}
	var programs []*program
	for _, p := range expectations(string(text)) {
		if why, ok := impossible[p.name]; ok {
			fmt.Printf("    left out %s: %s\n", p.name, why)
			continue
		}
		if !only.MatchString(p.name) {
			continue
		}
		if err := p.find(filepath.Join(runtime, "testdata", "testgoroutineleakprofile")); err != nil {
			return nil, err
		}
		if err := p.write(o.dir); err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("no programs in %s", runtime)
	}
	return programs, os.WriteFile(filepath.Join(o.dir, "go.mod"), []byte("module example.com/goleaks\n\ngo 1.27\n"), 0o644)
}

// watch runs the programs; name is that of the files that it leaves in the folder.
func (o options) watch(name string, programs []*program, args ...string) ([]finding, error) {
	args = append([]string{"test", "--run-file", name + ".jsonl", "-vet=off", "-timeout=30s"}, args...)
	for _, p := range programs {
		args = append(args, "./"+strings.ToLower(p.name))
	}
	test := exec.Command(o.straggler, args...)
	test.Dir, test.Env = o.dir, o.env
	log, err := os.Create(filepath.Join(o.dir, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	test.Stdout, test.Stderr = log, log
	if err := test.Run(); test.ProcessState == nil {
		return nil, err
	}
	return readFindings(filepath.Join(o.dir, name+".jsonl"))
}

func (o options) run(only *regexp.Regexp) (ok bool, err error) {
	programs, err := o.readPrograms(only)
	if err != nil {
		return false, err
	}
	findings, err := o.watch("plain", programs, "--second-look=always")
	if err != nil {
		return false, err
	}
	v := judge("plain", programs, findings)
	ok = v.must.found == v.must.all && v.proven == 0
	if o.stress == "" {
		return ok, nil
	}
	if len(v.missed) > 0 {
		more, err := o.watch("stress", v.missed, "--second-look=never", "--stress="+o.stress)
		if err != nil {
			return false, err
		}
		findings = append(findings, more...)
	}
	v = judge("under stress, too", programs, findings)
	return ok && len(v.missed) == 0 && v.proven == 0, nil
}

func parse() (o options, only *regexp.Regexp, err error) {
	flag.StringVar(&o.straggler, "straggler", "build/debug/straggler", "the `program` to try")
	flag.StringVar(&o.dir, "dir", "build/goleaks", "the `folder` that the tests are made in")
	flag.StringVar(&o.stress, "stress", "60s", "the `time` for what a plain run misses; empty: not at all")
	version := flag.String("go", "1.27.0", "the Go `version` whose programs they are")
	pattern := flag.String("programs", "", "only programs whose name matches the `regexp`")
	flag.Parse()
	o.env = append(os.Environ(), "GOTOOLCHAIN=go"+*version, "GOFLAGS=", "GOWORK=off")
	if o.straggler, err = filepath.Abs(o.straggler); err != nil {
		return o, nil, err
	}
	only, err = regexp.Compile(*pattern)
	return o, only, err
}

func main() {
	o, only, err := parse()
	var ok bool
	if err == nil {
		ok, err = o.run(only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "goleaks:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}
