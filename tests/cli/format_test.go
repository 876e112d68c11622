package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// results has a test of each kind.
const results = `
-- go.mod --
module example.com/m

go 1.22
-- a/a_test.go --
package a

import (
	"fmt"
	"testing"
)

func TestPass(t *testing.T) { fmt.Println("::error::printed") }

func TestSkip(t *testing.T) { t.Skip("not today") }

func TestFetchHTTP(t *testing.T) {
	t.Run("first_one", func(t *testing.T) {})
	t.Run("second", func(t *testing.T) {
		fmt.Println("::error::said")
		t.Error("wrong")
	})
}
-- b/b.go --
package b
`

var times = regexp.MustCompile(`\(?\b[0-9.]+m?s\)?`)

// shown is standard output before our summary, without times.
func shown(r drive.Result) string {
	text, _, _ := strings.Cut(r.Stdout, "straggler: ")
	return times.ReplaceAllString(text, "T")
}

const recap = `
=== Skipped
=== SKIP: a TestSkip T
    a_test.go:10: not today

=== Failed
=== FAIL: a TestFetchHTTP T

=== FAIL: a TestFetchHTTP/second T
::error::said
    a_test.go:16: wrong

DONE 5 tests, 1 skipped, 2 failures in T
`

var harmless = strings.ReplaceAll(recap, "::error", "| ::error")

const failures = `=== RUN   TestFetchHTTP/second
::error::said
    a_test.go:16: wrong
--- FAIL: TestFetchHTTP/second T
`

func TestFormats(t *testing.T) {
	t.Parallel()
	for format, wanted := range map[string]string{
		"dots":    "[a]·↷·✖✖\n" + recap,
		"pkgname": "✖  a T\n" + recap,
		"pkgname-and-test-fails": failures + `=== RUN   TestFetchHTTP
--- FAIL: TestFetchHTTP T
✖  a T
` + recap,
		"testname": `PASS a.TestPass T
SKIP a.TestSkip T
PASS a.TestFetchHTTP/first_one T
` + failures + `FAIL a.TestFetchHTTP/second T
=== RUN   TestFetchHTTP
--- FAIL: TestFetchHTTP T
FAIL a.TestFetchHTTP T
FAIL a
` + recap,
		"testdox": `example.com/m/a:
 ✖ Fetch HTTP T
 ✓ Fetch HTTP first one T
 ✖ Fetch HTTP second T
 ✓ Pass T
 ∅ Skip T

` + recap,
		"github-actions": `::group::PASS a.TestPass T
| ::error::printed

::endgroup::
::group::SKIP a.TestSkip T
    a_test.go:10: not today

::endgroup::
  PASS a.TestFetchHTTP/first_one T
::group::FAIL a.TestFetchHTTP/second T
| ::error::said
    a_test.go:16: wrong

::endgroup::
  FAIL a.TestFetchHTTP T
  FAIL Package a T

` + harmless,
		"standard-quiet": `::error::printed
::error::said
--- FAIL: TestFetchHTTP T
    --- FAIL: TestFetchHTTP/second T
        a_test.go:16: wrong
FAIL
FAIL	example.com/m/a	T
FAIL
`,
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			m := drive.New(t, results)
			r, run := m.Test("--format", format, "./a")
			wantCode(t, r, 1)
			want(t, "stdout", shown(r), wanted)
			want(t, "checked", run.Package("example.com/m/a").Checked, "yes")
			m.Env = []string{"STRAGGLER_FORMAT=" + format}
			r, _ = m.Test("./a")
			want(t, "stdout with the variable", shown(r), wanted)
		})
	}
}

func TestFormatOfNoTests(t *testing.T) {
	t.Parallel()
	m := drive.New(t, results)
	r := m.Straggler("test", "--format=pkgname", "--hide-summary=all", "./b")
	// go says how long it looked when that was a millisecond.
	want(t, "stdout", strings.Replace(shown(r), "b T", "b", 1), "∅  b\n\nDONE 0 tests in T\n")
}

func TestFormatMisspelt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, says string }{
		{"--format pkgnam", "unknown format 'pkgnam', did you mean 'pkgname'?"},
		{"--format html", "unknown format 'html', there are: dots,"},
		{"--hide-summary skiped", "no part of the summary is 'skiped', did you mean 'skipped'?"},
		{"--quiet --verbose", "--quiet and --verbose do not go together"},
		{"--format dots -json", "--format and -json do not go together"},
	} {
		m := drive.New(t, results)
		r := m.Straggler(append([]string{"test"}, strings.Fields(c.args)...)...)
		wantCode(t, r, 2)
		wantText(t, "stderr", r.Stderr, c.says)
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	m := drive.New(t, results)
	r, _ := m.Test("--quiet", "-run", "TestPass", "./...")
	wantCode(t, r, 0)
	want(t, "stdout", r.Stdout, "")
	r, _ = m.Test("--quiet", "./...")
	wantCode(t, r, 1)
	wantText(t, "stdout", r.Stdout, "--- FAIL: TestFetchHTTP")
	wantNoText(t, "stdout", r.Stdout, "no test files")
}

// What a variable asks of us, it does not ask of what runs below us.
func TestJSONFile(t *testing.T) {
	t.Parallel()
	m := drive.New(t, words)
	path := filepath.Join(t.TempDir(), "stream.json")
	m.Env = []string{"STRAGGLER_JSONFILE=" + path}
	r, _ := m.Test("./...")
	wantCode(t, r, 0)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, line := range strings.SplitAfter(strings.TrimSpace(string(text)), "\n") {
		var event struct{ Action, Test string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		if event.Action == "pass" && event.Test != "" {
			passed++
		}
	}
	if passed != 2 {
		t.Errorf("%d tests passed, says the file, not 2", passed)
	}
	r = m.Straggler("test", "--jsonfile", filepath.Join(t.TempDir(), "no", "file"), "./...")
	wantText(t, "stderr", r.Stderr, "No such file or directory")
}
