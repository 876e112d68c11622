// Package filter installs seccomp filters of its own. Whether a second
// listener is granted is not printed: the kernel gives one a process only.
package filter

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"
)

const (
	sysSeccomp     = 317
	setModeFilter  = 1
	flagThreadSync = 1
	flagListener   = 8
	setNoNewPrivs  = 38
	returnAllow    = 0x7fff0000
	returnErrno    = 0x00050000
)

type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

type program struct {
	n    uint16
	code *instruction
}

// install lets everything pass but the system call nr, which fails with EXDEV.
func install(flags, nr uintptr) (uintptr, syscall.Errno) {
	code := []instruction{
		{0x20, 0, 0, 0},
		{0x15, 0, 1, uint32(nr)},
		{0x06, 0, 0, returnErrno | uint32(syscall.EXDEV)},
		{0x06, 0, 0, returnAllow},
	}
	p := program{uint16(len(code)), &code[0]}
	syscall.RawSyscall(syscall.SYS_PRCTL, setNoNewPrivs, 1, 0)
	fd, _, errno := syscall.RawSyscall(sysSeccomp, setModeFilter, flags, uintptr(unsafe.Pointer(&p)))
	runtime.KeepAlive(code)
	return fd, errno
}

func goOn(t *testing.T) {
	f, err := os.Create(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	fmt.Println(exec.Command("true").Run())
	go func() { select {} }()
}

func TestPlain(t *testing.T) {
	_, errno := install(flagThreadSync, syscall.SYS_SYNC)
	_, _, sync := syscall.RawSyscall(syscall.SYS_SYNC, 0, 0, 0)
	fmt.Println(errno, sync)
	goOn(t)
}

func TestListener(t *testing.T) {
	runtime.LockOSThread()
	install(flagListener, syscall.SYS_SYNC)
	goOn(t)
}

// A sandbox that refuses signals and looks at other processes.
func TestSandbox(t *testing.T) {
	for _, nr := range []uintptr{syscall.SYS_KILL, syscall.SYS_PTRACE, syscall.SYS_PRCTL} {
		_, errno := install(flagThreadSync, nr)
		fmt.Println(errno)
	}
	goOn(t)
}
