package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// normalise takes out what differs between two runs: times, and the order of packages.
func normalise(t *testing.T, stream string) string {
	t.Helper()
	elapsed := regexp.MustCompile(`\b\d+(\.\d+)?s\b`)
	packages := map[string][]string{}
	lines := bufio.NewScanner(strings.NewReader(stream))
	for lines.Scan() {
		var event map[string]any
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Errorf("no JSON: %v: %s", err, lines.Text())
			continue
		}
		delete(event, "Time")
		delete(event, "Elapsed")
		if output, ok := event["Output"].(string); ok {
			event["Output"] = elapsed.ReplaceAllString(output, "0s")
		}
		text, _ := json.Marshal(event)
		name := fmt.Sprint(event["Package"], event["ImportPath"])
		packages[name] = append(packages[name], string(text))
	}
	var all []string
	for _, p := range packages {
		all = append(all, strings.Join(p, "\n"))
	}
	sort.Strings(all)
	return strings.Join(all, "\n")
}

// -json gives go's own stream on standard output, and what is ours on standard error.
func TestJSON(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-json", "./..."},
		{"-json", "-v", "./good", "./leaks", "./fails"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, several)
			r, run := m.Test(args...)
			wantCode(t, r, 1)
			want(t, "findings", found(run), leakFound)
			plain := m.Go(append([]string{"test"}, args...)...)
			if got, want := normalise(t, r.Stdout), normalise(t, plain.Stdout); got != want {
				t.Errorf("stdout differs, ours:\n%s\ngo's:\n%s", got, want)
			}
			wantText(t, "stderr", r.Stderr, "LEAK: TestLeak")
			wantText(t, "stderr", r.Stderr, "1 leak")
		})
	}
}

// Without findings nothing but the summary is added.
func TestQuietWhenClean(t *testing.T) {
	t.Parallel()
	m := drive.New(t, several)
	r, _ := m.Test("./good")
	plain := m.Go("test", "-count=1", "./good")
	wantCode(t, r, 0)
	want(t, "stderr", r.Stderr, plain.Stderr)
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	last := lines[len(lines)-1]
	wantText(t, "the last line", last, "straggler: ")
	times := regexp.MustCompile(`\d+\.\d+s`)
	want(t, "the rest", times.ReplaceAllString(strings.TrimSpace(strings.Join(lines[:len(lines)-1], "\n")), "0s"),
		times.ReplaceAllString(strings.TrimSpace(plain.Stdout), "0s"))
}

// The files that flags ask for are those that go test makes, and as readable.
func TestFiles(t *testing.T) {
	t.Parallel()
	pprof := func(name string) []string { return []string{"go", "tool", "pprof", "-top", name} }
	for _, c := range []struct {
		name  string
		args  []string
		files map[string][]string // what reads them
	}{
		{"-trace", []string{"-trace=t.out"}, map[string][]string{"t.out": {"go", "tool", "trace", "-pprof=sched", "t.out"}}},
		{"-memprofile", []string{"-memprofile=mem.out"}, map[string][]string{"mem.out": pprof("mem.out")}},
		{"-mutexprofile", []string{"-mutexprofile", "mutex.out"}, map[string][]string{"mutex.out": pprof("mutex.out")}},
		{"-blockprofile", []string{"-blockprofile=block.out"}, map[string][]string{"block.out": pprof("block.out")}},
		{"-cpuprofile", []string{"-cpuprofile=cpu.out"}, map[string][]string{"cpu.out": pprof("cpu.out")}},
		{"-coverprofile", []string{"-coverprofile=cover.out"}, map[string][]string{"cover.out": {"go", "tool", "cover", "-func=cover.out"}}},
		{"-o", []string{"-o", "kept.test"}, map[string][]string{"kept.test": {"./kept.test", "-test.run=TestClean"}}},
		{"-outputdir", []string{"-outputdir=out", "-trace=t.out", "-memprofile=mem.out", "-coverprofile=cover.out", "-o=out/kept.test"},
			map[string][]string{
				"out/t.out":     {"go", "tool", "trace", "-pprof=sched", "out/t.out"},
				"out/mem.out":   pprof("out/mem.out"),
				"out/cover.out": {"go", "tool", "cover", "-func=out/cover.out"},
				"out/kept.test": {"out/kept.test", "-test.run=TestClean"},
			}},
		{"GOFLAGS", nil, map[string][]string{"t.out": {"go", "tool", "trace", "-pprof=sched", "t.out"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, leaky+"-- out/README --\nfor profiles")
			if c.args == nil {
				m.Env = []string{"GOFLAGS=-trace=t.out"}
			}
			r, run := m.Test(append(c.args, ".")...)
			wantCode(t, r, 1)
			want(t, "findings", found(run), leakFound)
			ours := list(t, m.Dir)
			for file, reader := range c.files {
				read := m.Do(m.Command(reader[0], reader[1:]...))
				if read.Code != 0 {
					t.Errorf("%v: %s%s", reader, read.Stdout, read.Stderr)
				}
				os.Remove(m.Path(file))
			}
			os.Remove(m.Path("m.test"))
			m.Go(append(append([]string{"test"}, c.args...), ".")...)
			want(t, "files", ours, list(t, m.Dir))
		})
	}
}

func list(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			all = append(all, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// What runs no tests, or runs them in processes of its own, goes to go as it is.
func TestPassedOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		file string
	}{
		{"-c", []string{"-c", "."}, "m.test"},
		{"-list", []string{"-list=.", "."}, ""},
		{"-n", []string{"-n", "."}, ""},
		{"-fuzz", []string{"-fuzz=FuzzNothing", "-fuzztime=5x", "."}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, leaky+"-- fuzz_test.go --\n"+`package m

import "testing"

func FuzzNothing(f *testing.F) { f.Fuzz(func(t *testing.T, b []byte) {}) }`)
			r := m.Straggler(append([]string{"test"}, c.args...)...)
			wantCode(t, r, 0)
			want(t, "lines of ours", strings.Count(r.Stderr, "straggler: nothing was checked: "+c.name), 1)
			wantNoText(t, "stdout", r.Stdout, "straggler")
			wantNoText(t, "stdout", r.Stdout, "LEAK")
			if c.name == "-list" {
				want(t, "stdout", masked(r.Stdout), masked(m.Go("test", "-list=.", ".").Stdout))
			}
			if _, err := os.Stat(m.Path(c.file)); err != nil {
				t.Error(err)
			}
		})
	}
}

func masked(text string) string {
	return regexp.MustCompile(`\d+\.\d+s|\(cached\)`).ReplaceAllString(text, "0s")
}

func TestCounts(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"sync"
	"testing"
)

func TestThree(t *testing.T) {
	var wg sync.WaitGroup
	stop := make(chan int)
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			<-stop
			wg.Done()
		}()
	}
	close(stop)
	wg.Wait()
}

func TestLeft(t *testing.T) {
	for i := 0; i < 2; i++ {
		go func() { select {} }()
	}
}

func TestNone(t *testing.T) {}
`)
	r, run := m.Test("--counts", ".")
	wantCode(t, r, 1)
	row := regexp.MustCompile(`(?m)^ *(Test\w+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)|^ *(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(Test\w+)`)
	got := map[string]string{}
	for _, f := range row.FindAllStringSubmatch(r.Stdout, -1) {
		if f[1] != "" {
			got[f[1]] = strings.Join(f[2:7], " ")
		} else {
			got[f[12]] = strings.Join(f[7:12], " ")
		}
	}
	// before, after, started, peak, left
	for test, counts := range map[string]string{"TestThree": "0 0 3 3 0", "TestLeft": "0 2 2 2 2", "TestNone": "2 2 0 0 0"} {
		if got[test] != counts {
			t.Errorf("%s: %q, not %q in:\n%s", test, got[test], counts, r.Stdout)
		}
	}
	want(t, "tests in the run file", len(run.Tests()), 3)
	r, _ = m.Test(".")
	wantNoText(t, "stdout without --counts", r.Stdout, "started  peak")
}
