package cli

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"straggler/tests/drive"
)

// The go of a version that is not known yet: it only says so.
const newGo = `
-- bin/go --
#!/bin/sh
PATH=${PATH#*:}
[ "$1" = env ] || exec go "$@"
go "$@" | sed 's/"GOVERSION": "[^"]*"/"GOVERSION": "go1.99.0"/'
`

// What does not work is said, and all else works.
func TestNewGo(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+newGo)
	m.Env = []string{"PATH=" + m.Path("bin") + ":" + os.Getenv("PATH")}
	r, run := m.Test("./...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), leakFound)
	wantText(t, "stdout", r.Stdout, "warning: go1.99.0: this Go is not known: what outlives its tests is found")
	m.Env = nil
	r, _ = m.Test("./...")
	wantNoText(t, "stdout with a Go that is known", r.Stdout, "not known")
}

// A test binary of such a Go: its memory is not read, so that nothing wrong is said of it.
func TestNewGoBinary(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import "testing"

func TestLeak(t *testing.T) {
	full := make(chan int, 2)
	for i := 0; i < 3; i++ {
		go func() { full <- 1 }()
	}
}
`)
	if r := m.Go("test", "-c", "-o", "m.test"); r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	r := m.Straggler("exec", "--fail", "--", "./m.test")
	wantText(t, "stdout", r.Stderr, "full channel (2 of 2)")
	m.WriteProgram(m.Path("m.test"), regexp.MustCompile(`go1\.\d\d\.\d+`).ReplaceAllFunc([]byte(m.Read("m.test")),
		func(version []byte) []byte {
			return append([]byte("go1.99."), bytes.Repeat([]byte("0"), len(version)-7)...)
		}))
	r = m.Straggler("exec", "--fail", "--", "./m.test")
	wantCode(t, r, 1)
	wantText(t, "stdout", r.Stderr, "LEAK: TestLeak")
	wantText(t, "stdout", r.Stderr, "chan-send, confirmed")
	wantNoText(t, "stdout", r.Stderr, "full channel")
}
