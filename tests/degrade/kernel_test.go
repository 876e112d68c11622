package degrade

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"straggler/tests/drive"
)

// confineEnv makes this binary install a filter and become the command in its arguments.
const confineEnv = "DEGRADE_CONFINE"

func TestMain(m *testing.M) {
	how := os.Getenv(confineEnv)
	if how == "" {
		os.Exit(m.Run())
	}
	os.Unsetenv(confineEnv)
	runtime.LockOSThread()
	if err := confine(how); err != nil {
		fmt.Fprintln(os.Stderr, "confine:", err)
		os.Exit(125)
	}
	err := syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
	fmt.Fprintln(os.Stderr, "exec:", err)
	os.Exit(125)
}

// From linux/prctl.h, linux/seccomp.h and asm/unistd_64.h.
const (
	prSetNoNewPrivs    = 38
	sysSeccomp         = 317
	setModeFilter      = 1
	filterNewListener  = 8
	retAllow           = 0x7fff0000
	retErrno           = 0x00050000
	dataNumber         = 0  // offset in struct seccomp_data
	dataSecondArgument = 24 // low half
)

func statement(code uint16, k uint32) syscall.SockFilter {
	return syscall.SockFilter{Code: code, K: k}
}

func jump(code uint16, k uint32, yes, no uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: code, Jt: yes, Jf: no, K: k}
}

// confine puts this thread under a filter: "listener" has a listener of its own, as a
// sandbox would, and a number refuses others theirs with that error.
func confine(how string) error {
	const load, equal, set, ret = 0x20, 0x15, 0x45, 0x06
	filter, flags := []syscall.SockFilter{statement(ret, retAllow)}, uintptr(filterNewListener)
	var errno uint32
	if _, err := fmt.Sscan(how, &errno); err == nil {
		flags = 0
		filter = []syscall.SockFilter{
			statement(load, dataNumber),
			jump(equal, sysSeccomp, 0, 3),
			statement(load, dataSecondArgument),
			jump(set, filterNewListener, 0, 1),
			statement(ret, retErrno|errno),
			statement(ret, retAllow),
		}
	}
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); e != 0 {
		return e
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, e := syscall.RawSyscall(sysSeccomp, setModeFilter, flags, uintptr(unsafe.Pointer(&program)))
	if e != 0 {
		return e
	}
	if flags != 0 {
		// It must stay open, or the filter has no listener any more.
		if _, _, e := syscall.RawSyscall(syscall.SYS_FCNTL, fd, syscall.F_SETFD, 0); e != 0 {
			return e
		}
	}
	return nil
}

// No listener can be had: nothing holds the exit, and the trace alone speaks.
func TestNoNotification(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, how := range map[string]string{
		"another listener":    "listener",
		"no system call":      fmt.Sprint(uint32(syscall.ENOSYS)),
		"an unknown flag":     fmt.Sprint(uint32(syscall.EINVAL)),
		"it is not permitted": fmt.Sprint(uint32(syscall.EPERM)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, base)
			cmd := m.TestCommand(".")
			cmd.Env = append(cmd.Env, confineEnv+"="+how)
			cmd.Args = append([]string{self, cmd.Path}, cmd.Args[1:]...)
			cmd.Path = self
			r := m.Do(cmd)
			row{
				result: "pass", checked: "part", why: "its exit cannot be held", findings: observed,
			}.check(t, r, m.ReadRun(m.Run))
		})
	}
}

func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("no %s here", program)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
}

const nobody = 65534

// build makes a test binary that others may run, too.
func build(t *testing.T, files string, args ...string) *drive.Module {
	t.Helper()
	m := drive.New(t, base+files)
	if r := m.Go(append(append([]string{"test", "-c", "-o", "m.test"}, args...), ".")...); r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	return m
}

// watch runs the watcher alone.
func watch(t *testing.T, m *drive.Module, args ...string) (drive.Result, drive.Run) {
	t.Helper()
	sink := m.Path("sink.jsonl")
	all := append([]string{"exec", "--sink", sink, "--"}, args...)
	r := m.Straggler(append(all, m.Path("m.test"))...)
	return r, m.ReadSink(sink)
}

func TestAnotherUser(t *testing.T) {
	t.Parallel()
	needRoot(t)
	t.Run("all of it", func(t *testing.T) {
		t.Parallel()
		m := build(t, "")
		m.As(nobody)
		r, run := watch(t, m)
		row{alone: true, result: "pass", checked: "yes", findings: confirmed}.check(t, r, run)
	})
	// A wrapper changes the user: no signal and no look at the memory crosses that.
	t.Run("the test alone", func(t *testing.T) {
		t.Parallel()
		need(t, "setpriv")
		m := build(t, "")
		r, run := watch(t, m, "setpriv", "--reuid=65534", "--clear-groups")
		row{alone: true, result: "pass", checked: "yes", findings: proven}.check(t, r, run)
	})
}

// A process that is not dumpable belongs to root: /proc/PID/mem is closed to others.
func TestUnreadableMemory(t *testing.T) {
	t.Parallel()
	needRoot(t)
	const prctl = `
import "syscall"

func init() { syscall.RawSyscall(syscall.SYS_PRCTL, 4, 0, 0) }
`
	m := build(t, file(prctl))
	m.As(nobody)
	r, run := watch(t, m)
	row{
		alone: true, result: "pass", checked: "no", why: "memory", findings: nothing,
	}.check(t, r, run)
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	need(t, "unshare")
	spaces := []string{"unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"}
	if err := exec.Command(spaces[0], append(spaces[1:], "true")...).Run(); err != nil {
		t.Skip("no user namespaces here")
	}
	t.Run("the test alone", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, base)
		r, run := m.Test("-exec", strings.Join(spaces, " "), ".")
		row{result: "pass", checked: "yes", findings: proven}.check(t, r, run)
	})
	t.Run("all of it", func(t *testing.T) {
		t.Parallel()
		m := drive.New(t, base)
		cmd := m.TestCommand(".")
		all := append(append(spaces[1:], cmd.Path), cmd.Args[1:]...)
		again := m.Command(spaces[0], all...)
		r := m.Do(again)
		row{result: "pass", checked: "yes", findings: confirmed}.check(t, r, m.ReadRun(m.Run))
	})
}
