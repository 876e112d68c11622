// Package stdout moves, closes and replaces the standard output.
package stdout

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func create(t *testing.T, name string) *os.File {
	f, err := os.Create(filepath.Join(os.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestClose(t *testing.T) {
	fmt.Println("before")
	if err := os.Stdout.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCloseNumber(t *testing.T)      { syscall.Close(1) }
func TestCloseBothNumbers(t *testing.T) { syscall.Close(1); syscall.Close(2) }
func TestCloseStderr(t *testing.T)      { syscall.Close(2) }

// The file takes the number 1, and testing's PASS goes into it.
func TestCloseThenOpen(t *testing.T) {
	syscall.Close(1)
	f := create(t, "took-1")
	fmt.Fprintln(os.Stderr, "the file is", f.Fd())
}

func TestRedirect(t *testing.T) {
	old := os.Stdout
	os.Stdout = create(t, "redirected")
	fmt.Println("into the file")
	os.Stdout = old
	fmt.Println("back again")
}

func TestRedirectForGood(t *testing.T) {
	os.Stdout = create(t, "redirected")
	fmt.Println("into the file")
}

func TestDup2(t *testing.T) {
	f := create(t, "dup2")
	if err := syscall.Dup3(int(f.Fd()), 1, 0); err != nil {
		t.Fatal(err)
	}
	f.Close()
	fmt.Println("into the file")
}

func TestDup2Both(t *testing.T) {
	f := create(t, "dup2")
	syscall.Dup3(int(f.Fd()), 1, 0)
	syscall.Dup3(int(f.Fd()), 2, 0)
	fmt.Println("into the file")
	print("also\n")
}

func TestDup2AndBack(t *testing.T) {
	saved, err := syscall.Dup(1)
	if err != nil {
		t.Fatal(err)
	}
	f := create(t, "dup2")
	syscall.Dup3(int(f.Fd()), 1, 0)
	fmt.Println("into the file")
	syscall.Dup3(saved, 1, 0)
	fmt.Println("back again")
}

// The test's own reader holds the other end when the process ends.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	syscall.Dup3(int(w.Fd()), 1, 0)
	go io.Copy(io.Discard, r)
	fmt.Println("into the pipe")
}

func TestSwap(t *testing.T) {
	os.Stdout, os.Stderr = os.Stderr, os.Stdout
	fmt.Println("stdout")
	fmt.Fprintln(os.Stderr, "stderr")
}

// A file that a late goroutine writes to has number 1 at the exit.
func TestLateIntoFile(t *testing.T) {
	f := create(t, "late")
	syscall.Dup3(int(f.Fd()), 1, 0)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	go func() {
		<-end
		time.Sleep(30 * time.Millisecond)
		fmt.Println("late")
	}()
}

func TestReadFromStdout(t *testing.T) {
	_, err := os.Stdout.Seek(0, io.SeekCurrent)
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, 1, syscall.F_GETFL, 0)
	fmt.Println(err != nil, flags, errno)
}
