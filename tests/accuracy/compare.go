package main

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// A Tally is how labels and findings fit together, over any number of runs.
type Tally struct {
	Labels, Found     int                       // labels, and those with a finding
	Findings, Accused int                       // findings, and those without a label
	Cells             map[string]map[string]int // labelled class, found class: labels
	Differences       []string
}

// Rows and columns of the matrix for what has no counterpart.
const (
	missed  = "missed"
	accused = "accused"
)

func (t *Tally) cell(row, column string) {
	if t.Cells == nil {
		t.Cells = map[string]map[string]int{}
	}
	if t.Cells[row] == nil {
		t.Cells[row] = map[string]int{}
	}
	t.Cells[row][column]++
}

// Add takes over what other counted.
func (t *Tally) Add(other *Tally) {
	t.Labels += other.Labels
	t.Found += other.Found
	t.Findings += other.Findings
	t.Accused += other.Accused
	t.Differences = append(t.Differences, other.Differences...)
	for row, cells := range other.Cells {
		for column, n := range cells {
			for range n {
				t.cell(row, column)
			}
		}
	}
}

func (t *Tally) differ(format string, args ...any) {
	t.Differences = append(t.Differences, fmt.Sprintf(format, args...))
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (t *Tally) Recall() float64    { return ratio(t.Found, t.Labels) }
func (t *Tally) Precision() float64 { return ratio(t.Findings-t.Accused, t.Findings) }

// fold joins findings that differ only in where they are blocked.
func fold(findings []Finding) []Finding {
	at := map[Finding]int{}
	var folded []Finding
	for _, f := range findings {
		key := f
		key.Count, key.Fact = 0, ""
		if i, ok := at[key]; ok {
			folded[i].Count += f.Count
			folded[i].Fact += "; " + f.Fact
			continue
		}
		at[key] = len(folded)
		folded = append(folded, f)
	}
	return folded
}

// sameAt tells whether the go statement is the labelled one.
func sameAt(l Label, f Finding) bool {
	return l.File == f.File && l.Line == f.Line && l.At == f.Library
}

// How closely a finding fits a label, from the closest. Each finding goes to the
// first label that it fits.
var fits = []func(Label, Finding) bool{
	func(l Label, f Finding) bool { return l.Leak == f.Leak && sameAt(l, f) },
	func(l Label, f Finding) bool { return sameAt(l, f) && l.Test == f.Test && l.Class == f.Class },
	func(l Label, f Finding) bool { return sameAt(l, f) && l.Test == f.Test },
	func(l Label, f Finding) bool { return sameAt(l, f) && l.Class == f.Class },
	func(l Label, f Finding) bool {
		return l.Package == f.Package && l.Test == f.Test && l.Class == f.Class
	},
}

// Compare holds the findings of one run against the labels of what was run.
func Compare(labels []Label, findings []Finding) *Tally {
	findings = fold(findings)
	t := &Tally{Labels: len(labels), Findings: len(findings)}
	found := make([]bool, len(labels))
	used := make([]bool, len(findings))
	for _, fit := range fits {
		for i, l := range labels {
			for j, f := range findings {
				if found[i] || used[j] || !fit(l, f) {
					continue
				}
				found[i], used[j] = true, true
				t.Found++
				t.cell(l.Class, f.Class)
				t.compareFields(l, f)
			}
		}
	}
	for i, l := range labels {
		if !found[i] {
			t.cell(l.Class, missed)
			t.differ("missed   %s, %d of them", l.Leak, l.Count)
		}
	}
	for j, f := range findings {
		if !used[j] {
			t.Accused++
			t.cell(accused, f.Class)
			t.differ("accused  %s, %d of them%s", f.Leak, f.Count, by(f))
		}
	}
	sort.Strings(t.Differences)
	return t
}

func by(f Finding) string {
	if f.Library == "" {
		return ""
	}
	return ", created by " + f.Library
}

// tells says whether text has what is wanted in it.
func tells(text, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\*`, ".*")
	return regexp.MustCompile(pattern).MatchString(text)
}

func (t *Tally) compareFields(l Label, f Finding) {
	if !tells(f.Fact, l.Fact) {
		t.differ("fact     %s: labelled %q, found %q", l.Leak, l.Fact, f.Fact)
	}
	fields := []struct {
		name        string
		want, found any
	}{
		{"test", l.Test, f.Test},
		{"owner", l.Owner, f.Owner},
		{"class", l.Class, f.Class},
		{"detail", l.Detail, f.Detail},
		{"status", l.Status, f.Status},
		{"count", l.Count, f.Count},
		{"file", l.File, f.File},
		{"line", l.Line, f.Line},
		{"at", l.At, f.Library},
	}
	for _, d := range fields {
		if d.want != d.found {
			t.differ("%-8s %s: labelled %v, found %v", d.name, l.Leak, d.want, d.found)
		}
	}
}

// CheckPackages says which packages of the run were not checked, or failed.
func (t *Tally) CheckPackages(want []*Package, run *RunFile) {
	seen := map[string]Checked{}
	for _, c := range run.Packages {
		seen[c.Package] = c
	}
	for _, p := range want {
		c, ok := seen[p.Path]
		switch {
		case !ok:
			t.differ("checked  %s: not in the run file", p.Path)
			continue
		case c.Checked != "yes" && !(p.Part && c.Checked == "part"):
			t.differ("checked  %s: %s: %s", p.Path, c.Checked, c.Why)
		}
		if c.Result != "pass" {
			t.differ("result   %s: %s", p.Path, c.Result)
		}
	}
	if !run.Ended {
		t.differ("end      the run file has no end")
	}
}
