package drive

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// A Record is one line of a run file; which members are set depends on its type.
type Record struct {
	Type, Package, Test, Result string
	Checked, Why                string
	Owner, Class, Detail        string
	Status, Certainty           string
	Count                       int
	ExitCode                    int   `json:"exit_code"`
	CreatedAt                   Place `json:"created_at"`
	Undecided                   int   `json:"undecided_gone"`
	Goroutines                  any   // an object in a test's line, a number in a package's
	Seen, Key, Output           string
	Attempts, Failures          int    // of a test that ran again
	Activity                    any    // what the trace of a test says
	Start                       *int64 `json:"start_ns"` // nil: not known
	End                         *int64 `json:"end_ns"`
	Born                        *int64 `json:"born_ns"`
	Curve                       *Curve
}

// A Place is a line of source.
type Place struct {
	Function, File string
	Line           int
}

// A Curve is a package's goroutines over time.
type Curve struct {
	Trace      int64 `json:"trace_ns"`
	Begin      int64 `json:"begin_ns"`
	Step       int64 `json:"step_ns"`
	Peak, Last []int
}

// A Run is what a run file holds.
type Run struct {
	Records []Record
	Ended   bool // its last line is end
}

// ReadRun reads a run file: complete lines of valid JSON, the first of type run.
func (m *Module) ReadRun(path string) Run {
	m.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Error(err)
		return Run{}
	}
	run, err := parseRun(string(text))
	if err != nil {
		m.t.Errorf("%v in:\n%s", err, text)
	}
	return run
}

// ReadSink reads what a watcher alone wrote: lines as a run file's, without its first and last.
func (m *Module) ReadSink(path string) Run {
	m.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Error(err)
		return Run{}
	}
	run, err := parseRun(`{"type":"run"}` + "\n" + string(text))
	if err != nil {
		m.t.Errorf("%v in:\n%s", err, text)
	}
	return run
}

func parseRun(text string) (Run, error) {
	var run Run
	if text != "" && !strings.HasSuffix(text, "\n") {
		return run, fmt.Errorf("the last line is cut")
	}
	for i, line := range strings.SplitAfter(text, "\n") {
		if line == "" {
			break
		}
		var r Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return run, fmt.Errorf("line %d: %v", i+1, err)
		}
		if (r.Type == "run") != (i == 0) || run.Ended {
			return run, fmt.Errorf("line %d: type %s there", i+1, r.Type)
		}
		run.Records = append(run.Records, r)
		run.Ended = r.Type == "end"
	}
	return run, nil
}

func (r Run) of(kind string) []Record {
	var all []Record
	for _, record := range r.Records {
		if record.Type == kind {
			all = append(all, record)
		}
	}
	return all
}

// Packages returns the records of packages.
func (r Run) Packages() []Record { return r.of("package") }

// Tests returns the records of tests.
func (r Run) Tests() []Record { return r.of("test") }

// FindingRecords returns the records of findings.
func (r Run) FindingRecords() []Record { return r.of("finding") }

// Package returns the record of a package, an empty one when there is none.
func (r Run) Package(path string) Record {
	for _, p := range r.Packages() {
		if p.Package == path {
			return p
		}
	}
	return Record{}
}

// Findings says in short what was found, one line each: "TestX chan-send leak confirmed 1".
func (r Run) Findings() string {
	var b strings.Builder
	for _, f := range r.FindingRecords() {
		who := f.Test
		if who == "" {
			who = f.Owner
		}
		fmt.Fprintf(&b, "%s %s %s %s %d\n", who, f.Class, f.Status, f.Certainty, f.Count)
	}
	return b.String()
}

// Code is the exit status in the last line, -1 when there is none.
func (r Run) Code() int {
	if !r.Ended {
		return -1
	}
	return r.Records[len(r.Records)-1].ExitCode
}
