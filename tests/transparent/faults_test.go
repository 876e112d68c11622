package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What each fault of the shim must be seen by. No case at all may differ with
// the shim that has none.
var faults = []struct {
	fault, step string
	want        string // in the report
}{
	{"", "surroundings/TestGroup v-2", ""},
	{"", "late/TestLog direct-2", ""},
	{"", "hang/killed-watcher-TestSpin v-2", ""},
	{"late", "late/TestLog direct-2", "Log in goroutine after TestLog"},
	{"late", "late/TestPrint direct-2", "stdout"},
	{"line", "flags/plain direct-1", "stdout"},
	{"line", "flags/plain json-2", "stdout"},
	{"fd3-closed", "descriptors/TestList limits", "stdout"},
	{"fd3-open", "descriptors/TestNumbers direct-1", "stdout"},
	{"status", "exits/TestExit3 direct-1", "status"},
	{"status", "exits/TestExit3 quiet-2", "stdout"},
	{"signal", "signals/TestTerm direct-1", "status"},
	{"environment", "surroundings/TestEnvironment direct-1", "stdout"},
	{"stdin", "stdin/TestRead direct-1", "stdout"},
	{"group", "surroundings/TestGroup v-1", "stdout"},
	{"order", "flags/TestFlags direct-1", "stdout"},
	{"orphan", "flags/plain direct-1", "processes left"},
	{"file", "flags/plain direct-1", "files left"},
	{"mask", "surroundings/TestPlace direct-1", "stdout"},
	{"kill", "hang/killed-watcher-TestSpin v-1", "the test binary lives on"},
	{"exec", "hang/killed-watcher-TestHang v-1", "no watcher"},
	{"silent", "flags/plain direct-1", "sink"},
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	driver, shim := filepath.Join(dir, "transparent"), filepath.Join(dir, "shim")
	build(t, driver, ".")
	build(t, shim, "./shim")
	for _, f := range faults {
		t.Run(f.fault+"/"+f.step, func(t *testing.T) {
			t.Parallel()
			named := shim
			if f.fault != "" {
				named = filepath.Join(t.TempDir(), "shim-"+f.fault)
				copyFile(t, shim, named)
			}
			out, err := exec.Command(driver, "-straggler", named, "-module", "../../testdata/transparent",
				"-variants", "all", "-run", "^"+f.step+"$").CombinedOutput()
			if !strings.Contains(string(out), "ok 1 - "+f.step) {
				t.Fatalf("did not run:\n%s", out)
			}
			if (err != nil) != (f.want != "") || !strings.Contains(string(out), f.want) {
				t.Errorf("want %q in\n%s", f.want, out)
			}
		})
	}
}

func build(t *testing.T, path, from string) {
	if out, err := exec.Command("go", "build", "-o", path, from).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func copyFile(t *testing.T, from, to string) {
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ from, want string }{
		{"--- PASS: TestX (0.03s)\n", "--- PASS: TestX (T)\n"},
		{"ok  \texample.com/p\t0.012s\n", "ok  \texample.com/p\tT\n"},
		{"exit status 2\n", "exit status 2\n"},
		{"f(0xc0000a, 0x1?)\n\tx.go:3 +0x1b\n", "f(0xN, 0xN)\n\tx.go:3 +0x1b\n"},
		{"goroutine 7 [running]:\n", "goroutine N [running]:\n"},
		{`{"Time":"t","Action":"output","Output":"a\n"}` + "\n" + `{"Time":"t","Action":"output","Output":"b\n"}` + "\n",
			"\nmap[Action:output]\na\nb\n"},
	} {
		if got := clean(testCase{}, c.from); got != c.want {
			t.Errorf("clean(%q) = %q, want %q", c.from, got, c.want)
		}
	}
}

func TestSortDump(t *testing.T) {
	const tracer = "goroutine N [sync.Cond.Wait]:\nruntime/trace.Start.func1()\n"
	const one, two = "goroutine N [running]:\na.b()\n", "goroutine N [select]:\nc.d()\n"
	if a, b := sortDump("panic: x\n\n"+two+"\n"+tracer+"\n"+one), sortDump("panic: x\n\n"+one+"\n"+two); a != b {
		t.Errorf("%q and %q", a, b)
	}
}
