// Package descriptors looks at its open files. Numbers from high up are left
// out: only there may a watcher have one of its own.
package descriptors

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"syscall"
	"testing"
)

const high = 64

var inode = regexp.MustCompile(`\d+`)

func open() map[int]string {
	numbers := map[int]string{}
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && n < high {
			numbers[n] = inode.ReplaceAllString(filepath.Base(to), "N")
		}
	}
	return numbers
}

func TestNumbers(t *testing.T) {
	f, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("open", f.Fd())
	r, w, _ := os.Pipe()
	fmt.Println("pipe", r.Fd(), w.Fd())
	n, _ := syscall.Dup(0)
	fmt.Println("dup", n)
	s, _ := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	fmt.Println("socket", s)
	for _, fd := range []int{n, s} {
		syscall.Close(fd)
	}
	f.Close()
	r.Close()
	w.Close()
	f, _ = os.Open("/dev/null")
	fmt.Println("open", f.Fd())
}

func TestList(t *testing.T) {
	numbers := open()
	var keys []int
	for n := range numbers {
		if n > 2 {
			keys = append(keys, n)
		}
	}
	sort.Ints(keys)
	for _, n := range keys {
		fmt.Println(n, numbers[n])
	}
}

func TestGrowth(t *testing.T) {
	before := len(open())
	for i := 0; i < 10; i++ {
		f, _ := os.Open("/dev/null")
		defer f.Close()
	}
	fmt.Println("opened", len(open())-before)
}

func TestExhaust(t *testing.T) {
	var was syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was)
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: high, Max: was.Max})
	n, last := 0, -1
	for {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			fmt.Println("opened", n, "last", last, err)
			break
		}
		defer syscall.Close(fd)
		n, last = n+1, fd
	}
}

// Left at the limit, as a leak would leave it.
func TestExhaustForGood(t *testing.T) {
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: high, Max: high})
	for {
		if _, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0); err != nil {
			fmt.Println(err)
			return
		}
	}
}

// As a library does before it starts a child: all but the runtime's own.
func TestCloseAll(t *testing.T) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		to, _ := os.Readlink("/proc/self/fd/" + e.Name())
		if n > 2 && !regexp.MustCompile(`^anon_inode`).MatchString(to) {
			syscall.Close(n)
		}
	}
	f, err := os.Open("/dev/null")
	fmt.Println(f != nil, err)
}
