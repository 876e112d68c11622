package cli

import (
	"os"
	"testing"

	"straggler/tests/drive"
)

// What --report writes is what report prints of the run file.
func TestReportFiles(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	r, _ := m.Test("--report", "junit=leaks.xml", "--report=sarif=leaks=1.sarif", ".")
	wantCode(t, r, 1)
	for format, file := range map[string]string{"junit": "leaks.xml", "sarif": "leaks=1.sarif"} {
		text, err := os.ReadFile(m.Path(file))
		if err != nil {
			t.Fatal(err)
		}
		want(t, format, string(text), m.Straggler("report", format, m.Run).Stdout)
		wantText(t, format, string(text), "chan-send")
	}
}

// What failed and skipped tests said is in the file that CI systems show it from.
func TestReportOutput(t *testing.T) {
	t.Parallel()
	m := drive.New(t, results)
	r, _ := m.Test("--report", "junit=x.xml", "./a")
	wantCode(t, r, 1)
	text := m.Read("x.xml")
	wantText(t, "junit", text, `<skipped message="    a_test.go:10: not today&#10;">`)
	wantText(t, "junit", text, `<failure message="Failed" type="">::error::said
    a_test.go:16: wrong
</failure>`)
}

const failing = `
-- go.mod --
module example.com/m

go 1.22
-- broken/x_test.go --
package broken

var x int = "no number"
-- ends/x_test.go --
package ends

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(*testing.M) {
	fmt.Println("no database")
	os.Exit(3)
}
`

// A package that failed by itself has a case that says why.
func TestReportOutputOfPackages(t *testing.T) {
	t.Parallel()
	m := drive.New(t, failing)
	r, _ := m.Test("--report", "junit=x.xml", "./...")
	wantCode(t, r, 1)
	text := m.Read("x.xml")
	wantText(t, "junit", text, `<failure message="Failed" type="">no database
</failure>`)
	wantText(t, "junit", text, `<failure message="Build failed" type=""># example.com/m/broken`)
	wantText(t, "junit", text, `broken/x_test.go:3:13: cannot use &quot;no number&quot;`)
}

// In a repository paths begin at its root, wherever the module is.
func TestReportFromRepository(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	wantCode(t, m.Do(m.Command("sh", "-c", `mkdir sub && mv go.mod m.go m_test.go sub && git init -q &&
		git add sub && git -c user.name=x -c user.email=x@example.com commit -qm x`)), 0)
	cmd := m.Command(m.Program, "test", "--report", "sarif=../x.sarif", ".")
	cmd.Dir = m.Path("sub")
	r := m.Do(cmd)
	wantCode(t, r, 1)
	text, err := os.ReadFile(m.Path("x.sarif"))
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "the report", string(text), `"uri":"sub/m_test.go","uriBaseId":"SRCROOT"`)
}

func TestReportUsage(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	for value, text := range map[string]string{
		"junit":     "--report is FORMAT=FILE, not 'junit'",
		"junit=":    "--report is FORMAT=FILE, not 'junit='",
		"=x":        "unknown report ''",
		"junt=x":    "unknown report 'junt', did you mean 'junit'?",
		"xml=x=y=z": "unknown report 'xml'",
	} {
		r := m.Straggler("test", "--report", value, ".")
		wantCode(t, r, 2)
		wantText(t, "stderr", r.Stderr, text)
	}
}

// A report that cannot be written is told, the others are written, and the run is not clean.
func TestReportCannotBeWritten(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky)
	r := m.Straggler("test", "--report", "junit=none/x.xml", "--report", "json=x.json", "-run", "TestClean", ".")
	wantCode(t, r, 3)
	wantText(t, "stderr", r.Stderr, "create the report none/x.xml: No such file or directory")
	if _, err := os.Stat(m.Path("x.json")); err != nil {
		t.Error(err)
	}
	full := m.Straggler("test", "--report", "junit=/dev/full", "-run", "TestClean", ".")
	wantCode(t, full, 3)
	wantText(t, "stderr", full.Stderr, "write the report /dev/full: No space left on device")
	wantCode(t, m.Straggler("test", "--report", "junit=none/x.xml", "."), 1)
}
