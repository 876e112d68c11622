package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"straggler/tests/drive"
)

// A name that colours what comes after it, turns it round and is no UTF-8.
const hostileName = "x\x1b[31m\u202ey\xff\nz"

// openTerminal gives both ends of a terminal; what is printed on it can be read while it is open.
func openTerminal(t *testing.T) (*os.File, *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	var number, unlock int32
	for request, value := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, ours.Fd(), request, uintptr(unsafe.Pointer(value)))
		if errno != 0 {
			t.Fatal(errno)
		}
	}
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	return ours, theirs
}

// onTerminal runs straggler without colours on a terminal and returns what it shows there.
func onTerminal(t *testing.T, m *drive.Module, args ...string) (string, int) {
	t.Helper()
	ours, theirs := openTerminal(t)
	defer ours.Close()
	shown := make(chan string)
	go func() {
		var b bytes.Buffer
		b.ReadFrom(ours)
		shown <- b.String()
	}()
	cmd := m.Command(m.Program, args...)
	cmd.Env = append(cmd.Env, "NO_COLOR=1", "TERM=xterm")
	cmd.Stdout, cmd.Stderr = theirs, theirs
	r := m.Do(cmd)
	theirs.Close()
	return <-shown, r.Code
}

// wantHarmless wants that a text does nothing to a terminal but begin lines, and tabulate as go does.
func wantHarmless(t *testing.T, shown string) {
	t.Helper()
	if shown == "" || !utf8.ValidString(shown) {
		t.Errorf("no UTF-8: %q", shown)
	}
	// Our own line at the foot is drawn and taken away.
	shown = strings.ReplaceAll(shown, "\r\x1b[J", "\n")
	for _, c := range strings.ReplaceAll(shown, "\r\n", "\n") {
		if c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
			t.Errorf("%U in %q", c, shown)
			return
		}
	}
}

// What the user, the configuration and the tests call things is never raw on a terminal.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	m.Write("-- " + "key.yaml --\n\"set\\e[31m\\u202e\": 1\n-- rules.yaml --\n" +
		"allow:\n  - {created_by: \"a.\\e[31m\\u202e\", test: \"Test\\n\\e\"}\n  - package: \"./\\e[31m\\u202e\"")
	if err := os.Mkdir(m.Path(hostileName), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{hostileName},
		{"config", hostileName},
		{"config", "check", hostileName},
		{"config", "check", "key.yaml"},
		{"config", "check", "rules.yaml"},
		{"config", "show", "--config", "rules.yaml"},
		{"config", "show", "--config", hostileName + "/none"},
		{"init", hostileName + "/new"},
		{"allow", hostileName},
		{"allow", "--run-file", hostileName, "key"},
		{"report", hostileName},
		{"report", "term", hostileName},
		{"test", "--settle", hostileName, "."},
		{"test", "--none" + hostileName, "."},
		{"test", "--run-file", "/nonexistent/" + hostileName, "."},
		{"test", "--config", "rules.yaml", "."},
		{"exec", "--", "./none" + hostileName},
		{"exec", "--" + hostileName},
		{"trace", hostileName},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			shown, _ := onTerminal(t, m, args...)
			wantHarmless(t, shown)
		})
	}
}

// The same of what is found: names of tests, paths, lines of source, texts of panics.
func TestHostileFindings(t *testing.T) {
	t.Parallel()
	m := drive.New(t, "-- unused --\n")
	name := "x\x1b[31m\u202ey" // go itself takes no other bytes
	m.Write("-- " + name + "/go.mod --\nmodule example.com/m\n\ngo 1.22\n-- " + name + "/m_test.go --\n" + `
package m

import (
	"testing"
	"time"
)

func TestHostile(t *testing.T) {
	t.Run("a\x1b[31m\u202eb\xff\nc/d\x00", func(t *testing.T) {
		go func() { // ` + "\x1b[31m\u202e" + `
			time.Sleep(200 * time.Millisecond)
			panic("p\x1b[2J\u202e\xff\r\nq")
		}()
	})
}
-- ` + name + `/q/q_test.go --
package q

import "testing"

func TestHostile(t *testing.T) {
	t.Run("\x9b", func(*testing.T) {
		go func() { select {} }() // ` + "\x1b[31m\u202e" + `
	})
}
-- ` + name + `/.straggler.yaml --
allow: [{test: "Test\e[31m\u202e"}, {created_by: "*", class: select-empty, reason: "\e[31m\u202e\x9b"}]
`)
	for _, args := range [][]string{
		{"test", "-C", name, "./..."},
		{"test", "-C", name, "--verbose", "--counts", "./..."},
		{"report", "--verbose", "term"},
	} {
		shown, code := onTerminal(t, m, args...)
		wantHarmless(t, shown)
		want(t, "exit status", code == 1 || args[0] == "report", true)
		wantText(t, strings.Join(args, " "), shown, "late-panic")
	}
}
