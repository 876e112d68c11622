// Suites runs the test suites of public modules, plain and under straggler test in turn, and
// prints what watching costs: ratios of pairs that ran one after the other, because machines
// are noisy, with their spread, and where the watcher's time went.
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
}

var suites = []suite{
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
	flag.Parse()
	program, err := filepath.Abs(*straggler)
	check(err)
	scratch, err := os.MkdirTemp("", "suites")
	check(err)
	defer os.RemoveAll(scratch)
	os.Setenv("STRAGGLER_STATE", filepath.Join(scratch, "state"))

	fmt.Printf("%-52s %22s %22s %8s %8s\n", "suite", "wall x (min..max)", "cpu x (min..max)", "plain s", "rss MB")
	var wall, long []float64
	for i, s := range suites {
		if !strings.Contains(s.name(), *only) {
			continue
		}
		dir := s.prepare(filepath.Join(scratch, fmt.Sprint(i)), *testdata)
		m := measure(s, dir, program, filepath.Join(scratch, "run.jsonl"), *runs)
		m.print(s.name())
		wall = append(wall, median(m.wall))
		if median(m.plain) >= 0.5 {
			long = append(long, median(m.wall))
		}
	}
	fmt.Printf("geometric mean of wall ratios: %.3f", geometric(wall))
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

func measure(s suite, dir, program, runFile string, pairs int) measured {
	var m measured
	args := append([]string{"test", "-count=1", s.pkg}, s.args...)
	timed(dir, "go", args...)
	for i := 0; i < pairs; i++ {
		plainWall, plainCPU := timed(dir, "go", args...)
		wall, cpu := timed(dir, program, append([]string{"test", "--run-file", runFile}, args[1:]...)...)
		m.wall = append(m.wall, wall/plainWall)
		m.cpu = append(m.cpu, cpu/plainCPU)
		m.plain = append(m.plain, plainWall)
	}
	m.times = readTimes(runFile)
	return m
}

// timed returns the wall and CPU seconds of a command and all that it started.
func timed(dir, name string, args ...string) (wall, cpu float64) {
	cmd := exec.Command(name, args...)
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
