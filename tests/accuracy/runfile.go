package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// A Place is a line of source in a run file.
type Place struct {
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// A Finding is a finding line of a run file.
type Finding struct {
	Leak
	Library string // the function outside the module that has the go statement, "" for none
	Fact    string
}

// A Checked is what a run file says of one package.
type Checked struct {
	Package string `json:"package"`
	Result  string `json:"result"`
	Checked string `json:"checked"`
	Why     string `json:"why"`
}

// A RunFile is what is held against the labels.
type RunFile struct {
	Findings []Finding
	Packages []Checked
	Ended    bool
}

// ReadRunFile reads JSON lines; files are made relative to the module's folder.
func ReadRunFile(r io.Reader, dir string) (*RunFile, error) {
	run := &RunFile{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		if err := run.readLine(lines.Bytes(), dir); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return run, lines.Err()
}

func (run *RunFile) readLine(line []byte, dir string) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		return err
	}
	switch kind.Type {
	case "finding":
		f, err := readFinding(line, dir)
		run.Findings = append(run.Findings, f)
		return err
	case "package":
		var p Checked
		err := json.Unmarshal(line, &p)
		run.Packages = append(run.Packages, p)
		return err
	case "end":
		run.Ended = true
	}
	return nil
}

func readFinding(line []byte, dir string) (Finding, error) {
	var f struct {
		Package   string `json:"package"`
		Test      string `json:"test"`
		Owner     string `json:"owner"`
		Class     string `json:"class"`
		Detail    string `json:"detail"`
		Status    string `json:"status"`
		Fact      string `json:"fact"`
		Count     int    `json:"count"`
		CreatedAt Place  `json:"created_at"`
		UserAt    Place  `json:"user_at"`
	}
	if err := json.Unmarshal(line, &f); err != nil {
		return Finding{}, err
	}
	found := Finding{Leak: Leak{
		Package: f.Package, Test: f.Test, Owner: f.Owner, Class: f.Class, Detail: f.Detail,
		Status: f.Status, Count: f.Count,
	}, Fact: f.Fact}
	place := f.CreatedAt
	if !within(dir, place.File) {
		// The line of the module that led to it stands for the library's go statement.
		found.Library, place = place.Function, f.UserAt
	}
	found.File, found.Line = relative(dir, place.File), place.Line
	return found, nil
}

func within(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return err == nil && !strings.HasPrefix(rel, "..")
}

func relative(dir, file string) string {
	if !within(dir, file) {
		return file
	}
	rel, _ := filepath.Rel(dir, file)
	return filepath.ToSlash(rel)
}
