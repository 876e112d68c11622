// Package limits lowers its own limits and goes on.
package limits

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
)

const nproc = 6

var sink []byte

func lower(t *testing.T, what int, to uint64) {
	fmt.Println(syscall.Setrlimit(what, &syscall.Rlimit{Cur: to, Max: to}))
	go func() { select {} }()
}

func TestCore(t *testing.T)      { lower(t, syscall.RLIMIT_CORE, 0) }
func TestFiles(t *testing.T)     { lower(t, syscall.RLIMIT_NOFILE, 20) }
func TestFileSize(t *testing.T)  { lower(t, syscall.RLIMIT_FSIZE, 0) }
func TestProcesses(t *testing.T) { lower(t, nproc, 1) }

func TestMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(32 << 20))
	for i := 0; i < 256; i++ {
		sink = make([]byte, 1<<20)
	}
	fmt.Println(len(sink))
}

func TestMemoryForGood(t *testing.T) {
	debug.SetMemoryLimit(1)
	debug.SetGCPercent(-1)
	go func() { select {} }()
}

func TestDumpable(t *testing.T) {
	const setDumpable = 4
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setDumpable, 0, 0)
	fmt.Println(errno)
	go func() { select {} }()
}

func TestUmask(t *testing.T) {
	syscall.Umask(0o777)
	go func() { select {} }()
}

func TestDirectory(t *testing.T) {
	dir, _ := os.MkdirTemp("", "")
	os.Chdir(dir)
	fmt.Println(os.Remove(dir))
	go func() { select {} }()
}

func TestGroup(t *testing.T) {
	fmt.Println(syscall.Setpgid(0, 0))
	go func() { select {} }()
}

func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	fmt.Println(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534))
	go func() { select {} }()
}

func TestRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	fmt.Println(syscall.Chroot("/dev"), os.Chdir("/"))
	go func() { select {} }()
}
