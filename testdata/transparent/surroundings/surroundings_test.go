// Package surroundings prints what a process inherits.
package surroundings

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

var status = regexp.MustCompile(`(?m)^(Name|Umask|Uid|Gid|Groups|SigPnd|ShdPnd|SigBlk|SigIgn|SigCgt|Cap...|TracerPid|Cpus_allowed):.*$`)

func TestStatus(t *testing.T) {
	runtime.LockOSThread()
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range status.FindAllString(string(text), -1) {
		fmt.Println(line)
	}
	for _, name := range []string{"limits", "oom_score_adj", "cgroup", "personality", "timerslack_ns", "loginuid", "coredump_filter"} {
		text, err := os.ReadFile("/proc/self/" + name)
		fmt.Printf("%s: %s%v\n", name, text, err)
	}
}

func TestPrivileges(t *testing.T) {
	text, _ := os.ReadFile("/proc/self/status")
	if os.Getuid() == 0 {
		fmt.Println(regexp.MustCompile(`NoNewPrivs:.*`).FindString(string(text)))
	}
	const (
		getDumpable   = 3
		getKeepCaps   = 7
		getSecurebits = 27
		getSubreaper  = 37
	)
	for _, what := range []uintptr{getDumpable, getKeepCaps, getSecurebits} {
		got, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, what, 0, 0)
		fmt.Println("prctl", what, got, errno)
	}
	var is int32
	syscall.RawSyscall(syscall.SYS_PRCTL, getSubreaper, uintptr(unsafe.Pointer(&is)), 0)
	fmt.Println("subreaper", is)
	nice, _, _ := syscall.RawSyscall(syscall.SYS_GETPRIORITY, 0, 0, 0)
	fmt.Println("nice", nice)
}

func TestPlace(t *testing.T) {
	dir, err := os.Getwd()
	fmt.Println(dir, err)
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	fmt.Printf("umask %o\n", mask)
	root, _ := os.Readlink("/proc/self/root")
	fmt.Println(root)
}

func TestGroup(t *testing.T) {
	session, _, _ := syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
	fmt.Println("leads its group", syscall.Getpgrp() == os.Getpid())
	tty, err := os.Open("/dev/tty")
	fmt.Println("terminal", tty != nil, err)
	fmt.Println("leads its session", int(session) == os.Getpid())
	group, err := syscall.Getpgid(os.Getppid())
	fmt.Println("group of the parent", group == syscall.Getpgrp(), err)
	var foreground int32
	if tty != nil {
		_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, tty.Fd(), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&foreground)))
		fmt.Println("in the foreground", int(foreground) == syscall.Getpgrp(), errno)
	}
	stat, _ := os.Readlink("/proc/self/fd/0")
	fmt.Println("stdin", regexp.MustCompile(`\d+`).ReplaceAllString(stat, "N"))
}

func TestArguments(t *testing.T) {
	for _, arg := range os.Args[1:] {
		if !strings.HasPrefix(arg, "-test.trace=") && !strings.HasPrefix(arg, "-test.testlogfile=") {
			fmt.Println(arg)
		}
	}
	fmt.Println(strings.HasSuffix(os.Args[0], ".test"))
	exe, err := os.Executable()
	fmt.Println(exe == os.Args[0], err)
}

func TestEnvironment(t *testing.T) {
	all := os.Environ()
	fmt.Println(strings.Join(all, "\n"))
	sort.Strings(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			fmt.Println("twice", all[i])
		}
	}
	fmt.Printf("GODEBUG %q\n", os.Getenv("GODEBUG"))
}

func TestChildren(t *testing.T) {
	_, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
	fmt.Println("children", err)
}

func TestParentStays(t *testing.T) {
	before := os.Getppid()
	exec.Command("true").Run()
	fmt.Println(before == os.Getppid(), before > 0)
}

func TestSetenv(t *testing.T) {
	for _, name := range []string{"GODEBUG", "GOTRACEBACK", "TMPDIR", "PATH"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "changed")
			fmt.Println(os.Getenv(name))
		})
	}
}
