// Package execve replaces the test binary by another program.
package execve

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

func become(t *testing.T, args ...string) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatal(err)
	}
	go func() { select {} }()
	t.Fatal(syscall.Exec(path, args, append(os.Environ(), "EXECVE=1")))
}

func TestEcho(t *testing.T)   { become(t, "echo", "now an echo") }
func TestStatus(t *testing.T) { become(t, "sh", "-c", "exit 5") }
func TestSignal(t *testing.T) { become(t, "sh", "-c", "kill -TERM $$") }

func TestOpenFiles(t *testing.T) {
	become(t, "sh", "-c", "ls -x /proc/self/fd; grep -E '^Sig(Ign|Blk)' /proc/self/status")
}

func TestSelf(t *testing.T) {
	if os.Getenv("EXECVE") != "" {
		fmt.Println("the second life")
		return
	}
	become(t, append([]string{os.Args[0]}, os.Args[1:]...)...)
}

func TestMissing(t *testing.T) {
	fmt.Println(syscall.Exec("/nonexistent", nil, nil))
}
