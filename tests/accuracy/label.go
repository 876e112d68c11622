package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Label says what a go statement leaves behind in one test: the truth that
// findings are held against. testdata/README.md has the grammar.
type Label struct {
	Leak
	At   string // the library function that holds the go statement, "" for the line itself
	Fact string // what is known of it, "*" for any text; "": nothing is asked for
}

// A Leak is what labels and findings have in common.
type Leak struct {
	Package string
	Test    string // full name, "" for TestMain, init and unknown owners
	Owner   string
	Class   string
	Detail  string
	Status  string
	Count   int
	File    string // relative to the module
	Line    int
}

func (l Leak) String() string {
	test := l.Test
	if test == "" {
		test = l.Owner
	}
	return fmt.Sprintf("%s %s %s:%d %s", l.Package, test, l.File, l.Line, l.Class)
}

// A Package is a folder of a module with what its comments say about it.
type Package struct {
	Path   string // import path
	Args   []string
	NoRace bool
	Part   bool // may be checked in part only
	Labels []Label
}

// A Module is a folder with a go.mod.
type Module struct {
	Dir      string
	Path     string
	Go       string // the go directive: "1.22"
	Packages []*Package
}

const mark = "//straggler:"

// ReadModule reads the labels of all packages below dir.
func ReadModule(dir string) (*Module, error) {
	m := &Module{Dir: dir}
	if err := m.readGoMod(); err != nil {
		return nil, err
	}
	byDir := map[string]*Package{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(rel))
		if byDir[folder] == nil {
			byDir[folder] = &Package{Path: m.Path + "/" + folder}
			m.Packages = append(m.Packages, byDir[folder])
		}
		return byDir[folder].readFile(path, filepath.ToSlash(rel))
	})
	return m, err
}

func (m *Module) readGoMod() error {
	text, err := os.ReadFile(filepath.Join(m.Dir, "go.mod"))
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(text), "\n") {
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "module":
			m.Path = rest
		case "go":
			m.Go = rest
		}
	}
	if m.Path == "" || m.Go == "" {
		return fmt.Errorf("%s/go.mod: expected a module and a go line", m.Dir)
	}
	return nil
}

func (p *Package) readFile(path, rel string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var waiting []string // marks on lines of their own belong to the next line of code
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		code, text, found := strings.Cut(lines.Text(), mark)
		if found {
			waiting = append(waiting, text)
		}
		if alone := strings.TrimSpace(code) == ""; alone && found {
			continue
		}
		for _, text := range waiting {
			if err := p.add(text, rel, n); err != nil {
				return fmt.Errorf("%s:%d: %w", path, n, err)
			}
		}
		waiting = nil
	}
	if len(waiting) > 0 {
		return fmt.Errorf("%s: a mark at the end of the file", path)
	}
	return lines.Err()
}

// add takes the text of one mark, which stands at or above the given line.
func (p *Package) add(text, file string, line int) error {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "args":
		p.Args = strings.Fields(rest)
	case "norace":
		p.NoRace = true
	case "part":
		p.Part = true
	case "leak":
		l, err := parseLabel(rest)
		if err != nil {
			return err
		}
		l.Package, l.File, l.Line = p.Path, file, line
		for _, test := range expand(l.Test) {
			l.Test = test
			p.Labels = append(p.Labels, l)
		}
	default:
		return fmt.Errorf("expected leak, args, norace or part, got %q", word)
	}
	return nil
}

func parseLabel(text string) (Label, error) {
	l := Label{Leak: Leak{Status: "leak"}}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		key, rest, ok := strings.Cut(text, "=")
		if !ok {
			return l, fmt.Errorf("expected key=value at %q", text)
		}
		var value string
		if quoted, err := strconv.QuotedPrefix(rest); err == nil && rest[0] == '"' {
			value, _ = strconv.Unquote(quoted)
			text = rest[len(quoted):]
		} else {
			value, text, _ = strings.Cut(rest, " ")
		}
		if err := l.set(key, value); err != nil {
			return l, err
		}
	}
	if l.Class == "" || l.Owner == "" || l.Count == 0 {
		return l, fmt.Errorf("a label needs class, owner and count")
	}
	return l, nil
}

func (l *Label) set(key, value string) (err error) {
	switch key {
	case "class":
		l.Class = value
	case "detail":
		l.Detail = value
	case "count":
		l.Count, err = strconv.Atoi(value)
	case "test":
		l.Test = value
	case "owner":
		l.Owner = value
	case "status":
		l.Status = value
	case "at":
		l.At = value
	case "fact":
		l.Fact = value
	default:
		err = fmt.Errorf("unknown key %q", key)
	}
	return err
}

// expand yields "x-0", "x-1", "x-2" for "x-{0..2}".
func expand(name string) []string {
	before, rest, ok := strings.Cut(name, "{")
	span, after, closed := strings.Cut(rest, "}")
	first, last, dots := strings.Cut(span, "..")
	low, err1 := strconv.Atoi(first)
	high, err2 := strconv.Atoi(last)
	if !ok || !closed || !dots || err1 != nil || err2 != nil {
		return []string{name}
	}
	var names []string
	for i := low; i <= high; i++ {
		names = append(names, fmt.Sprint(before, i, after))
	}
	return names
}
