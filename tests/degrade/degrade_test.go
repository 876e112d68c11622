// Package degrade tests what straggler says when a source of evidence is missing: the
// tests' own result stands, nobody is accused in vain, and what was not checked is listed.
package degrade

import (
	"fmt"
	"go/version"
	"runtime"
	"sort"
	"strings"
	"testing"

	"straggler/tests/drive"
)

// base is in every module: a leak, one that nothing can end, and a goroutine that ends
// soon after its test. Each has been blocked before its test ends, so that the trace shows it.
const base = `
-- go.mod --
module example.com/m

go 1.22
-- base_test.go --
package m

import (
	"testing"
	"time"
)

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
	time.Sleep(20 * time.Millisecond)
}

func TestForEver(t *testing.T) {
	go func() { select {} }()
	time.Sleep(20 * time.Millisecond)
}

func TestLate(t *testing.T) {
	go time.Sleep(170 * time.Millisecond)
	time.Sleep(20 * time.Millisecond)
}
`

// What is found in the base, by what there is to see it.
const (
	proven       = "TestForEver select-empty leak proven 1\nTestLeak chan-send leak proven 1\n" // by the second look, from Go 1.26 on
	confirmed    = "TestForEver select-empty leak confirmed 1\nTestLeak chan-send leak confirmed 1\n"
	observed     = "TestForEver select-empty leak observed 1\nTestLate sleep note observed 1\nTestLeak chan-send note observed 1\n"
	observedLate = "TestLate sleep note observed 1\n"
	forEver      = "TestForEver select-empty leak observed 1\n"
	nothing      = ""
)

// A row is one way in which evidence can be missing.
type row struct {
	name     string
	files    string // besides the base
	args     []string
	env      []string
	result   string // of the package: pass or fail
	checked  string
	why      string // part of the reason
	findings string
	prints   string // in the output
	weaker   string // why less is said than could be; nobody may be accused all the same
	since    string // the first version of Go that has it
	alone    bool   // the watcher is: the exit status is the tests' own
}

func (c row) run(t *testing.T) {
	t.Parallel()
	if version.Compare(runtime.Version(), c.since) < 0 {
		t.Skipf("only from %s on", c.since)
	}
	m := drive.New(t, base+c.files)
	m.Env = c.env
	r, run := m.Test(append(c.args, ".")...)
	c.check(t, r, run)
	plain := m.Go(append(append([]string{"test", "-count=1"}, c.args...), ".")...)
	if (plain.Code == 0) != (c.result != "fail") {
		t.Errorf("go test without a watcher ended with %d:\n%s", plain.Code, plain.Stdout)
	}
}

func (c row) check(t *testing.T, r drive.Result, run drive.Run) {
	t.Helper()
	p := run.Package("example.com/m")
	if version.Compare(runtime.Version(), "go1.26") < 0 {
		c.findings = strings.ReplaceAll(c.findings, "proven", "confirmed")
	}
	if c.weaker != "" {
		c.checkWeaker(t, p, run)
		return
	}
	wrong := c.differences(r, p, sorted(run.Findings()))
	if len(wrong) == 0 {
		return
	}
	text := fmt.Sprintf("%s\nit printed in %v:\n%s%s", strings.Join(wrong, "\n"), r.Time, r.Stdout, r.Stderr)
	t.Error(text)
}

func (c row) differences(r drive.Result, p drive.Record, findings string) []string {
	// The second look may be needed by chance, and proves what is confirmed else.
	if !strings.Contains(c.findings, "proven") {
		findings = strings.ReplaceAll(findings, "proven", "confirmed")
	}
	var wrong []string
	differ := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if p.Result != c.result || p.Checked != c.checked {
		differ("result %s, checked %s: not %s, %s", p.Result, p.Checked, c.result, c.checked)
	}
	if !strings.Contains(p.Why, c.why) || (p.Why == "") != (c.checked == "yes") {
		differ("why: %q, not %q", p.Why, c.why)
	}
	if findings != c.findings {
		differ("findings:\n%snot:\n%s", findings, c.findings)
	}
	if !c.alone && c.checked != "yes" && !strings.Contains(r.Stdout, "checked") {
		differ("the output does not say what was not checked")
	}
	if !strings.Contains(r.Stdout, c.prints) {
		differ("the output has no %q", c.prints)
	}
	code := 0
	if c.result == "fail" || !c.alone && strings.Contains(c.findings, " leak ") {
		code = 1
	}
	if r.Code != code {
		differ("exit status %d, not %d", r.Code, code)
	}
	return wrong
}

// checkWeaker holds what must never be otherwise: the result stands, the package does not
// count as checked, and what is found is there.
func (c row) checkWeaker(t *testing.T, p drive.Record, run drive.Run) {
	t.Helper()
	if p.Result != c.result || p.Checked == "yes" || p.Why == "" {
		t.Errorf("result %s, checked %s: %s", p.Result, p.Checked, p.Why)
	}
	for _, line := range strings.SplitAfter(run.Findings(), "\n") {
		if !strings.Contains(c.findings, line) {
			t.Errorf("found in vain: %s", line)
		}
	}
	t.Logf("%s: checked %s: %s", c.weaker, p.Checked, p.Why)
}

func sorted(lines string) string {
	all := strings.SplitAfter(lines, "\n")
	sort.Strings(all)
	return strings.Join(all, "")
}

func runRows(t *testing.T, rows []row) {
	t.Parallel()
	for _, c := range rows {
		t.Run(c.name, c.run)
	}
}
