package cli

import (
	"os"
	"path/filepath"
	"testing"

	"straggler/tests/drive"
)

// several has packages that pass, fail, leak and do not build.
const several = `
-- go.mod --
module example.com/m

go 1.22
-- good/good_test.go --
package good

import "testing"

func TestGood(t *testing.T) {}
-- fails/fails_test.go --
package fails

import "testing"

func TestFails(t *testing.T) { t.Error("no") }
-- leaks/leaks_test.go --
package leaks

import "testing"

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
-- broken/broken_test.go --
package broken

import "testing"

func TestBroken(t *testing.T) { undefined() }
-- vetted/vetted_test.go --
package vetted

import (
	"fmt"
	"testing"
)

func TestVetted(t *testing.T) { fmt.Printf("%d\n", "word") }
`

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"clean", []string{"./good"}, 0},
		{"a failure", []string{"./good", "./fails"}, 1},
		{"a leak", []string{"./good", "./leaks"}, 1},
		{"a build failure among good packages", []string{"./good", "./broken"}, 1},
		{"only build failures", []string{"./broken"}, 3},
		{"a vet failure among good packages", []string{"./good", "./vetted"}, 1},
		{"no such package", []string{"./missing"}, 3},
		{"no such flag", []string{"--no-such-flag", "./good"}, 2},
		{"a flag's value is wrong", []string{"-count=many", "./good"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, several)
			cmd := m.TestCommand(c.args...)
			r := m.Do(cmd)
			wantCode(t, r, c.code)
			if c.code < 2 {
				run := m.ReadRun(m.Run)
				want(t, "exit status in the run file", run.Code(), c.code)
			}
		})
	}
}

func TestBuildFailureIsListed(t *testing.T) {
	t.Parallel()
	m := drive.New(t, several)
	r, run := m.Test("./good", "./broken", "./leaks")
	wantCode(t, r, 1)
	want(t, "the good one", run.Package("example.com/m/good").Checked, "yes")
	want(t, "the broken one", run.Package("example.com/m/broken").Checked, "no")
	want(t, "findings", found(run), leakFound)
	wantText(t, "stdout", r.Stdout, "[build failed]")
	wantText(t, "stdout", r.Stdout, "checked 2 of 3 packages")
	wantText(t, "stdout", r.Stdout, "not checked (it did not build): example.com/m/broken")
}

func TestNoGo(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	m.Env = []string{"PATH=" + m.Temp}
	r := m.Straggler("test", "./...")
	want(t, "exit status", r.Code, 3)
	wantText(t, "stderr", r.Stderr, "go")
	want(t, "stdout", r.Stdout, "")
}

func TestOldGo(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- bin/go --
#!/bin/sh
echo "go $*" >>"$HOME/called"
[ "$1" = env ] || exit 1
echo '{"GOVERSION": "go1.21.13", "GOFLAGS": "", "GOMOD": "/m/go.mod", "GOWORK": ""}'
`)
	m.Env = []string{"PATH=" + m.Path("bin") + ":" + os.Getenv("PATH")}
	r := m.Straggler("test", "./...")
	want(t, "exit status", r.Code, 3)
	wantText(t, "stderr", r.Stderr, "go1.21.13")
	wantText(t, "stderr", r.Stderr, "1.22")
	called, _ := os.ReadFile(filepath.Join(m.Home, "called"))
	wantNoText(t, "what go was asked", string(called), "go test")
}

func TestNoModule(t *testing.T) {
	t.Parallel()
	m := drive.New(t, "-- alone.txt --\nno Go here")
	plain := m.Go("test", "./...")
	r := m.Straggler("test", "./...")
	want(t, "exit status", r.Code, 3)
	wantText(t, "stderr", r.Stderr, plain.Stderr)
	want(t, "go fails", plain.Code != 0 && plain.Stderr != "", true)
}

func TestNoPackages(t *testing.T) {
	t.Parallel()
	m := drive.New(t, "-- go.mod --\nmodule example.com/m\n\ngo 1.22")
	plain := m.Go("test", "./...")
	r, run := m.Test("./...")
	want(t, "packages", len(run.Packages()), 0)
	wantText(t, "stderr", r.Stderr, "matched no packages")
	if plain.Code == 0 {
		wantCode(t, r, 0)
	} else {
		wantCode(t, r, 3)
	}
}
