package cli

import (
	"syscall"
	"testing"
	"time"

	"straggler/tests/drive"
)

// startReady starts tests that make a file ready.
func startReady(t *testing.T, m *drive.Module, args ...string) *running {
	t.Helper()
	r := &running{m: m, cmd: m.TestCommand(args...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m.Await("ready")
	return r
}

func wantInterrupted(t *testing.T, r *running) {
	t.Helper()
	result := r.wait()
	wantCode(t, result, 128+int(syscall.SIGINT))
	if result.Time > endLimit {
		t.Errorf("it took %v to end", result.Time)
	}
	want(t, "exit status in the run file", r.m.ReadRun(r.m.Run).Code(), 130)
	if left := r.m.Processes(5 * time.Second); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Tests that do not heed signals end all the same, with their children.
func TestSignalsIgnored(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]bool{"to the runner": false, "to its group": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

func TestStubborn(t *testing.T) {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	os.WriteFile("ready", nil, 0o666)
	select {}
}
`)
			r := startReady(t, m, ".")
			pid := r.cmd.Process.Pid
			if group {
				pid = -pid
			}
			syscall.Kill(pid, syscall.SIGINT)
			wantInterrupted(t, r)
		})
	}
}

// A signal that comes when the tests are over and their goroutines are given time to end.
func TestSignalWhileSettling(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]bool{"to the runner": false, "to its group": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"os"
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	go time.Sleep(100 * time.Second)
	os.WriteFile("ready", nil, 0o666)
}
`)
			r := startReady(t, m, "--settle=2m", ".")
			time.Sleep(500 * time.Millisecond)
			pid := r.cmd.Process.Pid
			if group {
				pid = -pid
			}
			syscall.Kill(pid, syscall.SIGINT)
			wantInterrupted(t, r)
			run := m.ReadRun(m.Run)
			want(t, "findings", found(run), "")
			if p := run.Package("example.com/m"); p.Checked == "" || p.Checked == "yes" || p.Why == "" {
				t.Errorf("the package is checked %q: %q", p.Checked, p.Why)
			}
		})
	}
}
