package main

import (
	"fmt"
	"io"
	"sort"
	"strconv"
)

// WriteMatrix prints a row a labelled class and a column a found class. Columns go
// by the numbers of the rows.
func (t *Tally) WriteMatrix(w io.Writer) error {
	names := t.classes()
	text := fmt.Sprintf("%18s ", "labelled \\ found")
	for i := range names {
		text += fmt.Sprintf("%6d", i+1)
	}
	text += fmt.Sprintf("%8s\n", missed)
	for i, row := range append(names, accused) {
		number := strconv.Itoa(i + 1)
		if row == accused {
			number = ""
		}
		text += fmt.Sprintf("%15s %2s ", row, number)
		for _, column := range names {
			text += fmt.Sprintf("%6s", t.count(row, column))
		}
		text += fmt.Sprintf("%8s\n", t.count(row, missed))
	}
	_, err := io.WriteString(w, text)
	return err
}

func (t *Tally) count(row, column string) string {
	if n := t.Cells[row][column]; n > 0 {
		return strconv.Itoa(n)
	}
	return "."
}

// classes returns every class that was labelled or found.
func (t *Tally) classes() []string {
	seen := map[string]bool{missed: true, accused: true}
	var names []string
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for row, cells := range t.Cells {
		add(row)
		for column := range cells {
			add(column)
		}
	}
	sort.Strings(names)
	return names
}
