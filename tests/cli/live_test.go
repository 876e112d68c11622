package cli

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"straggler/tests/drive"
)

const slow = `
-- go.mod --
module example.com/m

go 1.22
-- slow/slow_test.go --
package slow

import (
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	stop := make(chan bool)
	for range 1200 {
		go func() { <-stop }()
	}
	time.Sleep(3 * time.Second)
	close(stop)
}
`

func resize(t *testing.T, terminal *os.File, columns uint16) {
	size := [4]uint16{24, columns}
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); e != 0 {
		t.Error(e)
	}
}

// onColumns is what straggler test shows on a terminal of so many columns.
func onColumns(t *testing.T, m *drive.Module, columns uint16, args ...string) string {
	t.Helper()
	return watchTerminal(t, m, columns, func(*os.File, string) {}, args...)
}

// watchTerminal calls read with the terminal and all that was shown so far, whenever there is more.
func watchTerminal(t *testing.T, m *drive.Module, columns uint16, read func(*os.File, string), args ...string) string {
	t.Helper()
	ours, theirs := openTerminal(t)
	defer ours.Close()
	resize(t, theirs, columns)
	shown := make(chan string)
	go func() {
		var text []byte
		piece := make([]byte, 4096)
		for {
			n, err := ours.Read(piece) // it ends with EIO when the last writer is gone
			if err != nil {
				shown <- string(text)
				return
			}
			text = append(text, piece[:n]...)
			read(ours, string(text))
		}
	}()
	cmd := m.TestCommand(args...)
	cmd.Stdout, cmd.Stderr = theirs, theirs
	wantCode(t, m.Do(cmd), 0)
	theirs.Close()
	return strings.ReplaceAll(<-shown, "\r\n", "\n")
}

// The line is there while tests run, fits the terminal, and is gone before anything else is shown.
func TestLive(t *testing.T) {
	t.Parallel()
	m := drive.New(t, slow)
	m.Env = []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	alive := map[uint16]string{40: `\(1,2\d\d\)`, 120: `\(1,2\d\d goroutines\)`}
	for _, columns := range []uint16{40, 120} {
		drawn := 0
		text := onColumns(t, m, columns, "./...")
		for _, piece := range strings.Split(text, "\r\x1b[J") {
			line, rest, more := strings.Cut(piece, "\n")
			if isLive(line) {
				drawn++
				if more || len(line) >= int(columns) {
					t.Errorf("%d columns: %q, then %q", columns, line, rest)
				}
			}
		}
		if drawn < 3 {
			t.Errorf("%d columns: drawn %d times:\n%q", columns, drawn, text)
		}
		wantText(t, "terminal", text, "\x1b[Jok  \texample.com/m/slow\t")
		if !regexp.MustCompile(alive[columns]).MatchString(text) {
			t.Errorf("%d columns: nobody counted goroutines:\n%q", columns, text)
		}
	}
}

func isLive(line string) bool {
	return (strings.Contains(line, " done, ") || strings.Contains(line, " package")) && !strings.Contains(line, "straggler:")
}

// A terminal that was made narrower has wrapped the line: all of it goes, and the next one fits.
func TestLiveResized(t *testing.T) {
	t.Parallel()
	m := drive.New(t, slow)
	m.Env = []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	at := 0
	text := watchTerminal(t, m, 120, func(terminal *os.File, text string) {
		if at == 0 && strings.Contains(text, " goroutines)") {
			resize(t, terminal, 25)
			at = strings.LastIndex(text, "\r\x1b[J")
		}
	}, "./...")
	if at == 0 {
		t.Fatalf("no line was wide:\n%q", text)
	}
	_, narrow, found := strings.Cut(text[at:], "\r\x1b[1A\x1b[J")
	if !found {
		t.Fatalf("the wide line was not taken away:\n%q", text[at:])
	}
	for _, line := range strings.Split(narrow, "\r\x1b[J") {
		if line, _, _ := strings.Cut(line, "\n"); isLive(line) && len([]rune(line)) >= 25 {
			t.Errorf("on 25 columns: %q", line)
		}
	}
}

func TestNotLivePiped(t *testing.T) {
	t.Parallel()
	m := drive.New(t, slow)
	m.Env = []string{"TERM=xterm", "CI="}
	r, _ := m.Test("./...")
	wantNoText(t, "stdout", r.Stdout+r.Stderr, "\x1b")
}

func TestNotLive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ env, args string }{
		{"TERM=dumb", "./..."},
		{"CI=true", "./..."},
		{"A=", "-v ./..."},
		{"A=", "--format testname ./..."},
		{"A=", "--quiet ./..."},
	} {
		t.Run(c.env+" "+c.args, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, slow)
			m.Env = []string{"TERM=xterm", "CI=", "NO_COLOR=1", c.env}
			wantNoText(t, "terminal", onColumns(t, m, 80, strings.Split(c.args, " ")...), "\x1b")
		})
	}
}
