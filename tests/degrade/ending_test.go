package degrade

import "testing"

// The process does not end as others do.
func TestEnding(t *testing.T) {
	runRows(t, []row{
		{
			name: "a panic",
			files: file(`
import "testing"

func TestPanic(t *testing.T) {
	c := make(chan int)
	go func() { <-c }()
	panic("on purpose")
}
`),
			result: "fail", checked: "part", why: "panic", findings: proven, prints: "panic: on purpose",
		},
		{
			name: "a panic in a goroutine",
			files: file(`
import "testing"

func TestPanic(t *testing.T) {
	go func() { panic("on purpose") }()
	select {}
}
`),
			result: "fail", checked: "part", why: "panic", findings: proven, prints: "panic: on purpose",
		},
		{
			name: "a timeout",
			files: file(`
import "testing"

func TestHang(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1; <-c }()
	<-c
	select {}
}
`),
			args:   []string{"-timeout=2s"},
			result: "fail", checked: "part", why: "timed out", prints: "--- HUNG: TestHang",
			findings: "TestForEver select-empty leak proven 1\n" +
				"TestHang chan-receive note proven 1\nTestHang select-empty note proven 1\n" +
				"TestLeak chan-send leak proven 1\n",
		},
		{
			name: "a timeout of a test without goroutines",
			files: file(`
import "testing"

func TestHang(t *testing.T) { <-make(chan int) }
`),
			args:   []string{"-timeout=2s"},
			result: "fail", checked: "part", why: "timed out", prints: "proven deadlock: it hung again",
			findings: "TestForEver select-empty leak proven 1\n" +
				"TestHang chan-receive note proven 1\nTestLeak chan-send leak proven 1\n",
		},
		{
			name: "a timeout with a TestMain",
			files: file(`
import (
	"os"
	"testing"
)

var kept = make(chan int)

func TestMain(m *testing.M) {
	local := make(chan int)
	go func() { <-local }()
	code := m.Run()
	close(kept)
	local <- 1
	os.Exit(code)
}

func TestHang(t *testing.T) {
	go func() { <-kept }()
	<-make(chan int)
}
`),
			args:   []string{"-timeout=2s", "-run=TestHang"},
			result: "fail", checked: "part", why: "timed out", prints: "proven deadlock: it hung again",
			findings: "TestHang chan-receive note observed 1\nTestHang chan-receive note proven 1\n",
		},
		{
			name: "a timeout of what could go on",
			files: file(`
import (
	"testing"
	"time"
)

var kept = make(chan int)

func TestHang(t *testing.T) {
	c := make(chan int)
	go func() { time.Sleep(time.Hour); c <- 1 }()
	go func() { <-kept }()
	<-c
}
`),
			args:   []string{"-timeout=2s"},
			result: "fail", checked: "part", why: "timed out", prints: "the test may be slow",
			findings: "TestForEver select-empty leak proven 1\n" +
				"TestHang chan-receive note observed 1\nTestHang chan-receive note observed 1\n" +
				"TestHang sleep note observed 1\nTestLeak chan-send leak proven 1\n",
		},
		{
			name: "SIGKILL",
			files: file(`
import (
	"syscall"
	"testing"
)

func TestKill(t *testing.T) { syscall.Kill(syscall.Getpid(), syscall.SIGKILL) }
`),
			result: "fail", checked: "no", why: "Killed", findings: nothing,
		},
		{
			name: "SIGSEGV",
			files: file(`
import (
	"testing"
	"unsafe"
)

func TestFault(t *testing.T) { *(*int)(unsafe.Pointer(uintptr(0x123456789000))) = 1 }
`),
			result: "fail", checked: "no", why: "", findings: nothing, prints: "fault",
		},
		{
			name: "another program",
			files: file(`
import (
	"syscall"
	"testing"
)

func TestExec(t *testing.T) { t.Fatal(syscall.Exec("/bin/true", []string{"true"}, nil)) }
`),
			// go's stream has no end of the package.
			result: "unknown", checked: "no", why: "another program", findings: nothing,
		},
		{
			name: "os.Exit(1)",
			files: file(`
import (
	"os"
	"testing"
)

func TestExit(t *testing.T) { os.Exit(1) }
`),
			result: "fail", checked: "no", why: "os.Exit", findings: nothing,
		},
		{
			name: "os.Exit(0)",
			files: file(`
import (
	"os"
	"testing"
)

func TestExit(t *testing.T) { os.Exit(0) }
`),
			result: "fail", checked: "part", why: "panic", findings: proven, prints: "unexpected call to os.Exit(0)",
		},
		{
			name: "log.Fatal",
			files: file(`
import (
	"log"
	"testing"
)

func TestFatal(t *testing.T) { log.Fatal("on purpose") }
`),
			result: "fail", checked: "no", why: "log.Fatal", findings: nothing, prints: "on purpose",
		},
		{
			name: "a throw",
			files: file(`
import (
	"sync"
	"testing"
)

func TestThrow(t *testing.T) { new(sync.Mutex).Unlock() }
`),
			result: "fail", checked: "no", why: "", findings: nothing, prints: "fatal error",
		},
		{
			name: "TestMain hides the failure",
			files: file(`
import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	m.Run()
	os.Exit(0)
}

func TestFails(t *testing.T) { t.Error("hidden") }
`),
			result: "pass", checked: "yes", findings: confirmed,
		},
	})
}

// The dump that Go prints on SIGQUIT cannot be had, or looks different.
func TestTestimony(t *testing.T) {
	runRows(t, []row{
		{
			name: "SIGQUIT is caught",
			files: file(`
import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

func TestCatch(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGQUIT)
}
`),
			// The owners alone run again, and they do not catch it.
			result: "pass", checked: "yes", findings: proven,
		},
		{
			// Its test has left another, too, so that both looks end with it.
			name: "a panic after the tests, each time",
			files: file(`
import (
	"testing"
	"time"
)

func TestPanic(t *testing.T) {
	go func() { select {} }()
	go func() {
		time.Sleep(150 * time.Millisecond)
		panic("late")
	}()
	time.Sleep(20 * time.Millisecond)
}
`),
			result: "pass", checked: "part", why: "a goroutine panicked after the tests",
			findings: "TestForEver select-empty leak observed 1\nTestPanic late-panic leak confirmed 1\nTestPanic select-empty leak observed 1\n",
		},
		{
			name: "SIGQUIT is ignored",
			files: file(`
import (
	"os/signal"
	"syscall"
	"testing"
)

func TestIgnore(t *testing.T) { signal.Ignore(syscall.SIGQUIT) }
`),
			result: "pass", checked: "yes", findings: proven,
		},
		{
			name: "SIGQUIT is caught from the start",
			files: file(`
import (
	"os"
	"os/signal"
	"syscall"
)

func init() { signal.Notify(make(chan os.Signal, 1), syscall.SIGQUIT) }
`),
			result: "pass", checked: "part", why: "", findings: forEver,
		},
		{
			name: "SIGQUIT is ignored from the start",
			files: file(`
import (
	"os/signal"
	"syscall"
)

func init() { signal.Ignore(syscall.SIGQUIT) }
`),
			result: "pass", checked: "part", why: "", findings: forEver,
		},
		{
			name: "a crash output file", since: "go1.23",
			files: `
-- go.mod --
module example.com/m

go 1.23
` + file(`
import (
	"os"
	"runtime/debug"
	"testing"
)

func TestCrash(t *testing.T) {
	f, err := os.Create("crash")
	if err != nil {
		t.Fatal(err)
	}
	debug.SetCrashOutput(f, debug.CrashOptions{})
	f.Close()
}
`),
			result: "pass", checked: "yes", findings: proven,
		},
		{
			name: "GOTRACEBACK=crash", env: []string{"GOTRACEBACK=crash"}, result: "pass", checked: "yes", findings: confirmed,
		},
		{name: "GOTRACEBACK=none", env: []string{"GOTRACEBACK=none"}, result: "pass", checked: "yes", findings: confirmed},
		{name: "GOTRACEBACK=single", env: []string{"GOTRACEBACK=single"}, result: "pass", checked: "yes", findings: confirmed},
		{
			name: "TestMain changes the traceback",
			files: file(`
import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	debug.SetTraceback("none")
	os.Exit(m.Run())
}
`),
			result: "pass", checked: "yes", findings: confirmed,
		},
	})
}

// The second look runs whose leaks are undecided, and not all tests for the sake of a note.
func TestNoteOfALongRun(t *testing.T) {
	runRows(t, []row{{
		name: "a timer's goroutine",
		files: file(`
import (
	"testing"
	"time"
)

var c = make(chan int)

func send() { c <- 1 }

func TestTimer(t *testing.T) {
	time.AfterFunc(time.Millisecond, send)
	time.Sleep(2200 * time.Millisecond)
}
`),
		env:    []string{"GOMAXPROCS=1"},
		result: "pass", checked: "yes", findings: proven + "unknown chan-send note observed 1\n",
		prints: "observed: there when the trace ended",
	}})
}
