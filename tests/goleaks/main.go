// Goleaks holds what straggler finds against what Go's own goroutine leak profile is
// expected to find, on the leak programs that the runtime's tests use. The programs are read
// from the toolchain and wrapped as tests, one package and so one process each; nothing
// of them is kept. The exit status is 0 when all that Go's profile must find was found and
// nothing was called proven that it must never find, 1 when not, 2 when it could not be tried.
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

// write makes a package of the program. Its own profile is not taken: it would collect.
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

func (p *program) found(findings []finding, pattern string) *finding {
	want := regexp.MustCompile(function(pattern))
	for i, f := range findings {
		if strings.HasSuffix(f.Package, "/"+strings.ToLower(p.name)) && want.MatchString(f.Started) &&
			(f.Status == "leak" || f.Hang != "") {
			return &findings[i]
		}
	}
	return nil
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

// judge prints what was missed and what was said too much.
func judge(how string, programs []*program, findings []finding) (ok bool) {
	var must, may score
	proven := 0
	for _, p := range programs {
		to := &must
		if p.flaky {
			to = &may
		}
		seen := false
		for _, leak := range p.leaks {
			to.all++
			if f := p.found(findings, leak); f != nil {
				to.found++
				seen = true
			} else {
				fmt.Printf("    %s: missed %s: %s\n", how, p.name, leak)
			}
		}
		if p.flaky && !seen {
			fmt.Printf("    %s: %s shows nothing\n", how, p.name)
		}
		for _, f := range findings {
			if len(p.leaks) == 0 && f.Certainty == "proven" && strings.HasSuffix(f.Package, "/"+strings.ToLower(p.name)) {
				fmt.Printf("    %s: %s is called proven: %s\n", how, p.name, f.Started)
				proven++
			}
		}
	}
	fmt.Printf("goleaks %s: what Go's profile must find %v, may find %v, must never find: %d called proven\n", how, must, may, proven)
	return must.found == must.all && proven == 0
}

func run() (ok bool, err error) {
	straggler := flag.String("straggler", "build/debug/straggler", "the `program` to try")
	dir := flag.String("dir", "build/goleaks", "the `folder` that the tests are made in")
	version := flag.String("go", "1.27.0", "the Go `version` whose programs they are")
	only := flag.String("programs", "", "only programs whose name matches the `regexp`")
	stress := flag.String("stress", "", "the `time` for --stress; empty: without it")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return false, err
	}
	env := append(os.Environ(), "GOTOOLCHAIN=go"+*version, "GOFLAGS=", "GOWORK=off")
	ask := exec.Command("go", "env", "GOROOT")
	ask.Env = env
	root, err := ask.Output()
	if err != nil {
		return false, err
	}
	runtime := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime")
	text, err := os.ReadFile(filepath.Join(runtime, "goroutineleakprofile_test.go"))
	if err != nil {
		return false, err
	}
	var programs []*program
	if err := os.RemoveAll(*dir); err != nil {
		return false, err
	}
	for _, p := range expectations(string(text)) {
		if !pattern.MatchString(p.name) {
			continue
		}
		if err := p.find(filepath.Join(runtime, "testdata", "testgoroutineleakprofile")); err != nil {
			return false, err
		}
		if err := p.write(*dir); err != nil {
			return false, err
		}
		programs = append(programs, p)
	}
	if err := os.WriteFile(filepath.Join(*dir, "go.mod"), []byte("module example.com/goleaks\n\ngo 1.27\n"), 0o644); err != nil {
		return false, err
	}
	if *straggler, err = filepath.Abs(*straggler); err != nil {
		return false, err
	}
	args := []string{"test", "--run-file", "run.jsonl", "--second-look=always", "-vet=off", "-timeout=30s"}
	how := "plain"
	if *stress != "" {
		args, how = append(args, "--stress="+*stress), "under stress"
	}
	test := exec.Command(*straggler, append(args, "./...")...)
	test.Dir, test.Env = *dir, env
	log, err := os.Create(filepath.Join(*dir, "log"))
	if err != nil {
		return false, err
	}
	defer log.Close()
	test.Stdout, test.Stderr = log, log
	if err := test.Run(); test.ProcessState == nil {
		return false, err
	}
	findings, err := readFindings(filepath.Join(*dir, "run.jsonl"))
	if err != nil {
		return false, err
	}
	return judge(how, programs, findings), nil
}

func main() {
	ok, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "goleaks:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}
