package degrade

import (
	"testing"

	"straggler/tests/drive"
)

func file(text string) string {
	return "-- case_test.go --\npackage m\n" + text
}

// The trace is missing, or cannot be trusted.
func TestTrace(t *testing.T) {
	runRows(t, []row{
		{
			name: "a test stops it",
			files: file(`
import (
	"runtime/trace"
	"testing"
)

func TestStop(t *testing.T) { trace.Stop() }
`),
			result: "pass", checked: "part", why: "runtime/trace.Stop", findings: proven,
		},
		{
			name: "a test stops it and starts its own",
			files: file(`
import (
	"bytes"
	"runtime/trace"
	"testing"
)

func TestOwn(t *testing.T) {
	var b bytes.Buffer
	trace.Stop()
	if err := trace.Start(&b); err != nil {
		t.Fatal(err)
	}
	trace.Stop()
}
`),
			result: "pass", checked: "part", why: "runtime/trace.Stop", findings: proven,
		},
		{
			name: "a test cannot start its own",
			files: file(`
import (
	"bytes"
	"runtime/trace"
	"testing"
)

func TestOwn(t *testing.T) {
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Fatal(err)
	}
	trace.Stop()
}
`),
			result: "pass", checked: "part", why: "do not stand", findings: proven,
		},
		{
			name: "a test notices it",
			files: file(`
import (
	"runtime/trace"
	"testing"
)

func TestNotice(t *testing.T) {
	if trace.IsEnabled() {
		t.Error("traced")
	}
}
`),
			result: "pass", checked: "part", why: "do not stand", findings: proven,
		},
		{
			name: "a check for leaks notices its reader",
			files: file(`
import (
	"runtime"
	"strings"
	"testing"
)

func TestNotice(t *testing.T) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if strings.Contains(string(stacks), "runtime.ReadTrace") || strings.Contains(string(stacks), "runtime/trace") {
		t.Errorf("unexpected goroutine:\n%s", stacks)
	}
}
`),
			result: "pass", checked: "part", why: "do not stand", findings: proven,
		},
		{
			// The tracer follows frame pointers and dies. Another way to unwind stacks
			// there is, so nothing is lost.
			name: "assembly that breaks frame pointers",
			files: `
-- clobber_amd64.s --
#include "textflag.h"

TEXT ·clobber(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ $0x82, BP
	RET
-- clobber_test.go --
package m

import (
	"runtime"
	"testing"
)

func TestClobber(t *testing.T) {
	clobber()
	for i := 0; i < 100; i++ {
		runtime.Gosched()
	}
}
-- clobber.go --
package m

func clobber()
`,
			result: "pass", checked: "yes", findings: confirmed,
		},
		{
			name: "m.Run twice",
			files: file(`
import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if code := m.Run(); code != 0 {
		os.Exit(code)
	}
	os.Exit(m.Run())
}
`),
			result: "pass", checked: "part", why: "m.Run more than once",
			findings: "TestForEver select-empty leak confirmed 2\nTestLeak chan-send leak confirmed 2\n",
		},
		{
			name: "m.Run not at all",
			files: file(`
import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(0) }
`),
			result: "pass", checked: "yes", findings: nothing,
		},
		{
			// What a watched binary writes where its trace should be.
			name: "its version is unknown",
			files: file(`
import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if path := flag.Lookup("test.trace").Value.String(); path != "" {
		f, err := os.Create(path)
		if err != nil {
			panic(err)
		}
		f.WriteString("go 1.99 trace\x00\x00\x00")
		f.Write(make([]byte, 1000))
		flag.Set("test.trace", "")
	}
	os.Exit(m.Run())
}
`),
			result: "pass", checked: "part", why: "1.99", findings: confirmed,
		},
		{
			name: "it is broken",
			files: file(`
import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if path := flag.Lookup("test.trace").Value.String(); path != "" {
		f, err := os.Create(path)
		if err != nil {
			panic(err)
		}
		f.WriteString("go 1.23 trace\x00\x00\x00")
		f.WriteString("no batch at all")
		flag.Set("test.trace", "")
	}
	os.Exit(m.Run())
}
`),
			result: "pass", checked: "part", why: "without the trace", findings: confirmed,
		},
		{
			name: "every descriptor is closed",
			files: file(`
import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The runtime's own cannot be closed: it throws.
func TestZClose(t *testing.T) {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range open {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		fd, _ := strconv.Atoi(e.Name())
		if err == nil && fd > 2 && !strings.HasPrefix(to, "anon_inode") {
			syscall.Close(fd)
		}
	}
}
`),
			result: "pass", checked: "no", why: "descriptors", findings: nothing,
		},
	})
}

// A test that fails and would pass the second time: the first result stands.
func TestFlakeStands(t *testing.T) {
	t.Parallel()
	m := drive.New(t, base+file(`
import (
	"os"
	"testing"
)

func TestFlaky(t *testing.T) {
	if _, err := os.Stat("been"); err != nil {
		os.WriteFile("been", nil, 0o666)
		t.Error("the first time")
	}
}
`))
	r, run := m.Test(".")
	row{result: "fail", checked: "yes", findings: confirmed, prints: "the first time"}.check(t, r, run)
}

// What fails traced or not has failed, and is run no more often than needed.
func TestFailureStands(t *testing.T) {
	t.Parallel()
	m := drive.New(t, base+file(`
import (
	"os"
	"testing"
)

func TestFails(t *testing.T) {
	f, err := os.OpenFile("times", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("x")
	t.Error("every time")
}
`))
	r, run := m.Test("--second-look=never", ".")
	row{result: "fail", checked: "yes", findings: confirmed, prints: "every time"}.check(t, r, run)
	if times := m.Read("times"); times != "xx" {
		t.Errorf("it ran %d times", len(times))
	}
}
