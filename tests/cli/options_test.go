package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// words prints what the test binary was given.
const words = `
-- go.mod --
module example.com/m

go 1.22
-- m.go --
package m

var version = "unset"
-- m_test.go --
package m

import (
	"flag"
	"fmt"
	"testing"
)

var custom = flag.String("custom", "", "")

func TestA(t *testing.T) {
	fmt.Printf("A version=%s custom=%s args=%q\n", version, *custom, flag.Args())
}

func TestB(t *testing.T) { fmt.Println("B short=", testing.Short()) }
`

func TestOptionsBesideGos(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		args    string // with single spaces
		has     string
		misses  string
		goflags string
	}{
		{"ours before go's", "--settle 200ms --second-look=never -v -run TestA ./...", "A version", "B short", ""},
		{"ours between", "-v -run TestA --settle=200ms ./... --color never", "A version", "B short", ""},
		{"two dashes of go's", "--run TestB --v --short ./...", "B short= true", "A version", ""},
		{"the binary's own flag", "-v -run TestA . -custom=x", "custom=x", "B short", ""},
		{"args", "-v -run TestA . -args a --settle 3 --bad -x", `args=["a" "--settle" "3" "--bad" "-x"]`, "B short", ""},
		{"GOFLAGS -run", "-v ./...", "A version", "B short", "-run=TestA"},
		{"command line over GOFLAGS", "-v -run TestB ./...", "B short", "A version", "-run=TestA"},
		{"GOFLAGS -ldflags", "-v ./...", "version=one", "unset", "-ldflags=-X=example.com/m.version=one"},
		{"-ldflags", "-v -ldflags=-X=example.com/m.version=two ./...", "version=two", "one", "-ldflags=-X=example.com/m.version=one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, words)
			m.Env = []string{"GOFLAGS=" + c.goflags}
			r, run := m.Test(strings.Split(c.args, " ")...)
			wantCode(t, r, 0)
			want(t, "checked", run.Package("example.com/m").Checked, "yes")
			wantText(t, "stdout", r.Stdout, c.has)
			wantNoText(t, "stdout", r.Stdout, c.misses)
		})
	}
}

func TestQuotedLdflags(t *testing.T) {
	t.Parallel()
	m := drive.New(t, words)
	r, _ := m.Test("-v", "-ldflags", "-X 'example.com/m.version=a b' -w", ".")
	wantCode(t, r, 0)
	wantText(t, "stdout", r.Stdout, "version=a b ")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args, says string }{
		{"misspelt", "--setle 1s ./...", "--settle"},
		{"no value", "./... --settle", "settle"},
		{"bad duration", "--settle soon ./...", "soon"},
		{"negative duration", "--settle -1s ./...", "settle"},
		{"bad word", "--second-look perhaps ./...", "perhaps"},
		{"bad color", "--color blue ./...", "blue"},
		{"value for a switch", "--counts=3 ./...", "counts"},
		{"run file in no folder", "--run-file /nowhere/at/all ./...", "/nowhere/at/all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, words)
			r := m.Straggler(append([]string{"test"}, strings.Split(c.args, " ")...)...)
			if c.name == "run file in no folder" {
				want(t, "exit status", r.Code, 3)
			} else {
				want(t, "exit status", r.Code, 2)
			}
			wantText(t, "stderr", r.Stderr, c.says)
			want(t, "stdout", r.Stdout, "")
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	m := drive.New(t, words)
	r := m.Straggler("test", "--help")
	wantCode(t, r, 0)
	for _, option := range []string{"--settle", "--run-file", "--counts", "--color", "--second-look", "--verbose", "--help"} {
		wantText(t, "stdout", r.Stdout, option)
	}
	r = m.Straggler("test", "-help")
	want(t, "exit status of go test -help", r.Code, m.Go("test", "-help").Code)
	wantText(t, "stderr", r.Stderr, "nothing was checked")
	r = m.Straggler("test", ".", "-args", "--help")
	wantCode(t, r, 0)
	wantText(t, "stdout", r.Stdout, "Usage of ")
	wantText(t, "stderr", r.Stderr, "nothing was checked")
}

// A user's own -exec goes between the watcher and the test binary.
func TestChainedExec(t *testing.T) {
	t.Parallel()
	const wrappers = `
-- replace.sh --
#!/bin/sh
echo replaced >>"$LOG"
exec "$@"
-- a folder/wait.sh --
#!/bin/sh
echo "waited with $1" >>"$LOG"
shift
"$@"
code=$?
true
exit $code
`
	for _, c := range []struct{ name, exec, log string }{
		{"a script that execs", "DIR/replace.sh", "replaced"},
		{"a script that waits, quoted", "'DIR/a folder/wait.sh' 'two words'", "waited with two words"},
		{"env", "env MOOD=good", ""},
		{"nice", "nice -n 1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, leaky+wrappers)
			log := filepath.Join(m.Home, "log")
			m.Env = []string{"LOG=" + log}
			r, run := m.Test("-exec", strings.ReplaceAll(c.exec, "DIR", m.Dir), "./...")
			wantCode(t, r, 1)
			want(t, "findings", found(run), leakFound)
			text, _ := os.ReadFile(log)
			wantText(t, "the wrapper's log", string(text), c.log)

			m.Env = append(m.Env, "GOFLAGS='-exec="+strings.ReplaceAll(c.exec, "DIR", m.Dir)+"'")
			if strings.Contains(c.exec, "'") {
				return // GOFLAGS knows no quotes in quotes
			}
			r, run = m.Test("./...")
			wantCode(t, r, 1)
			want(t, "findings with GOFLAGS", found(run), leakFound)
		})
	}
}

// What a wrapper does to the result is its business.
func TestChainedExecFails(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- spoil.sh --
#!/bin/sh
"$@" -test.run=TestClean
exit 3
`)
	r, _ := m.Test("-exec", m.Path("spoil.sh"), "./...")
	plain := m.Go("test", "-exec", m.Path("spoil.sh"), "./...")
	want(t, "exit status", r.Code, plain.Code)
	wantText(t, "stdout", masked(r.Stdout), masked(plain.Stdout))
}

func TestProgramAtPathWithSpace(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	text, err := os.ReadFile(m.Program)
	if err != nil {
		t.Fatal(err)
	}
	m.Write("-- a 'folder' of/README --\nfor the program")
	m.Program = m.Path("a 'folder' of/strag gler")
	m.WriteProgram(m.Program, text)
	r, run := m.Test("./...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), leakFound)
}

func TestProgramFoundInPath(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	cmd := m.TestCommand("./...")
	cmd.Env = append(cmd.Env, "PATH="+filepath.Dir(m.Program)+":"+os.Getenv("PATH"))
	cmd.Path, cmd.Args[0] = m.Program, "straggler"
	wantCode(t, m.Do(cmd), 1)
	want(t, "findings", found(m.ReadRun(m.Run)), leakFound)
}
