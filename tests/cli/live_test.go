package cli

import (
	"io"
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

func TestSlow(t *testing.T) { time.Sleep(1500 * time.Millisecond) }
`

// onColumns is what straggler test shows on a terminal of so many columns.
func onColumns(t *testing.T, m *drive.Module, columns uint16, args ...string) string {
	t.Helper()
	ours, theirs := openTerminal(t)
	defer ours.Close()
	size := [4]uint16{24, columns}
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, theirs.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); e != 0 {
		t.Fatal(e)
	}
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(ours) // it ends with EIO when the last writer is gone
		shown <- string(text)
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
	for _, columns := range []uint16{40, 120} {
		drawn := 0
		text := onColumns(t, m, columns, "./...")
		for _, piece := range strings.Split(text, "\r\x1b[J") {
			line, rest, more := strings.Cut(piece, "\n")
			if strings.Contains(line, "package") && !strings.Contains(line, "straggler:") {
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
	}
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
