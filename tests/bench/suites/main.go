// Suites runs the test suites of public modules in two ways in turn, and prints what the second
// costs: ratios of pairs that ran one after the other, because machines are noisy, with their
// spread, and where the watcher's time went. The ways are
//
//	watch   go test, and straggler test
//	look    straggler test without the second look, and with it for every leak
//	deep    go test -count, and straggler test --deep, which runs each test as often
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

// A suite is one package of a public module, or of testdata.
type suite struct {
	module  string // module@version; "" for a folder of testdata
	folder  string // of testdata
	pkg     string
	args    []string
	noGoMod bool // the module is older than go.mod
	leaks   bool // there is something to look at again
}

// A way to run a suite, and another.
type comparison struct {
	suites      []suite
	first, then []string // words before those of go test; PROGRAM stands for straggler
	count       int      // -count of the first
}

// Of each test --deep makes three processes with 1, 101 and 201 runs, when there is time enough.
const deepRuns = 1 + 101 + 201

var comparisons = map[string]comparison{
	"watch": {watched, []string{"go", "test"}, []string{"PROGRAM", "test"}, 1},
	"look": {looked, []string{"PROGRAM", "test", "--second-look", "never"},
		[]string{"PROGRAM", "test", "--second-look", "always"}, 1},
	"deep": {repeated, []string{"go", "test"}, []string{"PROGRAM", "test", "--deep", "--deep-budget", "60s"}, deepRuns},
}

// Clean and leaking ones.
var looked = []suite{
	{module: "github.com/alitto/pond/v2@v2.7.1", pkg: "."},
	{folder: "benign", pkg: "./pool"},
	{folder: "benign", pkg: "./relay"},
	{module: "github.com/sourcegraph/conc@v0.3.0", pkg: "./pool", leaks: true},
	{module: "github.com/valyala/fasthttp@v1.78.0", pkg: "./fasthttputil", leaks: true},
	{module: "github.com/asaskevich/EventBus@v0.0.0-20200907212545-49d423059eef", pkg: ".", noGoMod: true, leaks: true},
	{folder: "leaks", pkg: "./crawl", leaks: true},
	{folder: "leaks", pkg: "./queue", leaks: true},
}

// Tests that take less than 0.1 s and can be repeated.
var repeated = []suite{
	{module: "github.com/sourcegraph/conc@v0.3.0", pkg: "./iter"},
	{module: "github.com/sourcegraph/conc@v0.3.0", pkg: "./panics"},
	{folder: "growth", pkg: "./texts"},
	{folder: "growth", pkg: "./caches"},
}

var watched = []suite{
	{module: "github.com/sourcegraph/conc@v0.3.0", pkg: "./pool"},
	{module: "github.com/valyala/fasthttp@v1.78.0", pkg: "./fasthttputil"},
	{module: "github.com/asaskevich/EventBus@v0.0.0-20200907212545-49d423059eef", pkg: ".", noGoMod: true},
	{module: "github.com/fsnotify/fsnotify@v1.10.1", pkg: ".", args: []string{"-run", "^TestNewWatcher|^TestRemove|^TestClose"}},
	{module: "github.com/alitto/pond/v2@v2.7.1", pkg: "."},
	{folder: "benign", pkg: "./plain"},
	{folder: "benign", pkg: "./pool"},
}

func main() {
	runs := flag.Int("runs", 5, "pairs of each suite")
	straggler := flag.String("straggler", "build/release/straggler", "the `program`")
	testdata := flag.String("testdata", "testdata", "the `folder` with our own modules")
	only := flag.String("only", "", "suites whose name contains this")
	what := flag.String("compare", "watch", "`what`: watch, look or deep")
	flag.Parse()
	c, ok := comparisons[*what]
	if !ok {
		check(fmt.Errorf("there is no -compare=%s", *what))
	}
	program, err := filepath.Abs(*straggler)
	check(err)
	scratch, err := os.MkdirTemp("", "suites")
	check(err)
	defer os.RemoveAll(scratch)
	os.Setenv("STRAGGLER_STATE", filepath.Join(scratch, "state"))

	fmt.Printf("%-52s %22s %22s %8s %8s\n", "suite", "wall x (min..max)", "cpu x (min..max)", "first s", "rss MB")
	var clean, leaking, long []float64
	for i, s := range c.suites {
		if !strings.Contains(s.name(), *only) {
			continue
		}
		dir := s.prepare(filepath.Join(scratch, fmt.Sprint(i)), *testdata)
		m := measure(c, s, dir, program, filepath.Join(scratch, "run.jsonl"), *runs)
		m.print(s.title())
		if s.leaks {
			leaking = append(leaking, median(m.wall))
		} else {
			clean = append(clean, median(m.wall))
		}
		if median(m.plain) >= 0.5 {
			long = append(long, median(m.wall))
		}
	}
	fmt.Printf("geometric mean of wall ratios: %.3f", geometric(clean))
	if len(leaking) > 0 {
		fmt.Printf(" of clean suites, %.3f of those that leak", geometric(leaking))
	}
	if len(long) > 0 {
		sort.Float64s(long)
		fmt.Printf("; largest of a suite of half a second or more: %.3f", long[len(long)-1])
	}
	fmt.Println()
}

func (s suite) name() string {
	if s.module == "" {
		return s.folder + " " + s.pkg
	}
	return s.module + " " + s.pkg
}

// title says of those that leak that they do.
func (s suite) title() string {
	if s.leaks {
		return s.name() + ", leaks"
	}
	return s.name()
}

// words is the command for a suite: straggler takes a file for its record.
func words(way []string, program, runFile string, count int, s suite) []string {
	var all []string
	for _, word := range way {
		if word == "PROGRAM" {
			word = program
		}
		all = append(all, word)
	}
	if way[0] == "PROGRAM" {
		all = append(all, "--run-file", runFile)
	}
	all = append(all, fmt.Sprintf("-count=%d", count), s.pkg)
	return append(all, s.args...)
}

// prepare copies the module to where its tests may write.
func (s suite) prepare(to, testdata string) string {
	from := filepath.Join(testdata, s.folder)
	if s.module != "" {
		out, err := exec.Command("go", "mod", "download", "-json", s.module).Output()
		check(err)
		var info struct{ Dir string }
		check(json.Unmarshal(out, &info))
		from = info.Dir
	}
	run(".", "cp", "-r", from, to)
	run(".", "chmod", "-R", "u+w", to)
	if s.noGoMod {
		path, _, _ := strings.Cut(s.module, "@")
		run(to, "go", "mod", "init", path)
		run(to, "go", "mod", "tidy")
	}
	return to
}

// What the watcher says of its own time, in milliseconds, and its memory.
type times struct{ start, settle, dump, look, peak float64 }

type measured struct {
	wall, cpu, plain []float64
	times            times
}

func measure(c comparison, s suite, dir, program, runFile string, pairs int) measured {
	var m measured
	first := words(c.first, program, runFile, c.count, s)
	then := words(c.then, program, runFile, 1, s)
	timed(dir, first) // builds
	for i := 0; i < pairs; i++ {
		plainWall, plainCPU := timed(dir, first)
		wall, cpu := timed(dir, then)
		m.wall = append(m.wall, wall/plainWall)
		m.cpu = append(m.cpu, cpu/plainCPU)
		m.plain = append(m.plain, plainWall)
	}
	m.times = readTimes(runFile)
	return m
}

// timed returns the wall and CPU seconds of a command and all that it started.
func timed(dir string, words []string) (wall, cpu float64) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	start := time.Now()
	_ = cmd.Run() // findings and failures are not what is measured
	wall = time.Since(start).Seconds()
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return wall, float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func readTimes(path string) times {
	var t times
	f, err := os.Open(path)
	check(err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var line struct {
			Type  string
			Times struct {
				Start  float64 `json:"start_ns"`
				Settle float64 `json:"settle_ns"`
				Dump   float64 `json:"dump_ns"`
				Look   float64 `json:"look_ns"`
				Peak   float64 `json:"peak_bytes"`
			}
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Type == "package" {
			x := line.Times
			t = times{x.Start / 1e6, x.Settle / 1e6, x.Dump / 1e6, x.Look / 1e6, x.Peak / 1e6}
		}
	}
	return t
}

func (m measured) print(name string) {
	fmt.Printf("%-52.52s %8s %13s %8s %13s %8.2f %8.1f\n", name, ratio(m.wall), spread(m.wall), ratio(m.cpu), spread(m.cpu),
		median(m.plain), m.times.peak)
	fmt.Printf("    ms: watcher start %.2f, settling %.1f, dump %.1f, second look %.0f\n", m.times.start, m.times.settle, m.times.dump,
		m.times.look)
}

func ratio(v []float64) string { return fmt.Sprintf("%.3f", median(v)) }

func spread(v []float64) string {
	s := append([]float64(nil), v...)
	sort.Float64s(s)
	return fmt.Sprintf("(%.2f..%.2f)", s[0], s[len(s)-1])
}

func median(v []float64) float64 {
	s := append([]float64(nil), v...)
	sort.Float64s(s)
	return s[len(s)/2]
}

func geometric(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(v)))
}

func run(dir, name string, args ...string) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		check(fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(2)
	}
}
