// Package cli tests "straggler test" as a user types it.
package cli

import (
	"strings"
	"testing"

	"straggler/tests/drive"
)

// leaky has one test that leaks and one that does not.
const leaky = `
-- go.mod --
module example.com/m

go 1.22
-- m.go --
package m

var version = "unset"
-- m_test.go --
package m

import "testing"

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}

func TestClean(t *testing.T) {}
`

const leakFound = "TestLeak chan-send leak confirmed 1\n"

// found is what a run found. Where the first look cannot decide, by chance or by what the test
// does, the second one does, and may prove what is confirmed else.
func found(run drive.Run) string {
	return strings.ReplaceAll(run.Findings(), " proven ", " confirmed ")
}

func wantCode(t *testing.T, r drive.Result, code int) {
	t.Helper()
	if r.Code != code {
		t.Errorf("exit status %d, not %d; it printed:\n%s%s", r.Code, code, r.Stdout, r.Stderr)
	}
}

func wantText(t *testing.T, where, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s has no %q:\n%s", where, part, text)
	}
}

func wantNoText(t *testing.T, where, text, part string) {
	t.Helper()
	if strings.Contains(text, part) {
		t.Errorf("%s has %q:\n%s", where, part, text)
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}
