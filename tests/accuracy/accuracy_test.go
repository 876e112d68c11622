package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func module(t *testing.T, source string) *Module {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.22\n",
		"p/p.go": source,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := ReadModule(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const source = `package p

//straggler:args -bench=. -count=2

func f(c chan int) {
	//straggler:leak class=chan-send detail="buffer-full 2/2" count=2 owner=test test=TestA/x_{1..2} fact="to 10.0.0.1:*; no"
	//straggler:leak class=chan-send count=1 owner=testmain status=note
	go func() { c <- 1 }()
	go func() { <-c }() //straggler:leak class=io count=3 owner=test test=TestB at=net/http.(*Server).Serve
}
`

func TestLabels(t *testing.T) {
	m := module(t, source)
	p := m.Packages[0]
	leak := func(test, class, detail, owner, status string, count, line int, at, fact string) Label {
		return Label{Leak{"example.com/m/p", test, owner, class, detail, status, count, "p/p.go", line}, at, fact}
	}
	want := []Label{
		leak("TestA/x_1", "chan-send", "buffer-full 2/2", "test", "leak", 2, 8, "", "to 10.0.0.1:*; no"),
		leak("TestA/x_2", "chan-send", "buffer-full 2/2", "test", "leak", 2, 8, "", "to 10.0.0.1:*; no"),
		leak("", "chan-send", "", "testmain", "note", 1, 8, "", ""),
		leak("TestB", "io", "", "test", "leak", 3, 9, "net/http.(*Server).Serve", ""),
	}
	if !reflect.DeepEqual(p.Labels, want) {
		t.Errorf("got  %+v\nwant %+v", p.Labels, want)
	}
	if strings.Join(p.Args, " ") != "-bench=. -count=2" || p.NoRace || m.Go != "1.22" {
		t.Error(p.Args, p.NoRace, m.Go)
	}
}

func TestBadLabels(t *testing.T) {
	for _, text := range []string{"leek class=io", "leak class=io count=1", "leak class=io count=x owner=test",
		"leak colour=red", "leak class"} {
		if err := new(Package).add(text, "p.go", 1); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

const chanSend = `{"type":"finding","package":"example.com/m/p","test":"TestA/x_1","owner":"test","class":"chan-send",` +
	`"detail":"buffer-full 2/2","status":"leak","count":1,"fact":"it is to 10.0.0.1:4711; no more","created_at":{"function":"example.com/m/p.f","file":"DIR/p/p.go","line":8}}`

const serve = `{"type":"finding","package":"example.com/m/p","test":"TestB","owner":"test","class":"io","detail":"",` +
	`"status":"leak","count":3,"created_at":{"function":"net/http.(*Server).Serve","file":"/go/server.go","line":3},` +
	`"user_at":{"function":"example.com/m/p.f","file":"DIR/p/p.go","line":9}}`

func compare(t *testing.T, lines ...string) *Tally {
	t.Helper()
	m := module(t, source)
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "DIR", m.Dir)
	run, err := ReadRunFile(strings.NewReader(text), m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	labels := append(m.Packages[0].Labels[:1:1], m.Packages[0].Labels[3])
	return Compare(labels, run.Findings)
}

func TestCompareSame(t *testing.T) {
	// Blocked in two places: two findings, one label.
	got := compare(t, chanSend, chanSend, serve)
	if len(got.Differences) > 0 || got.Recall() != 1 || got.Precision() != 1 {
		t.Error(got.Differences, got.Recall(), got.Precision())
	}
}

func TestCompareDifferent(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"count":1`, `"count":5`, "count    "},
		{`"buffer-full 2/2"`, `"unbuffered"`, "detail   "},
		{`"chan-send"`, `"select"`, "class    "},
		{`TestA/x_1`, `TestA/x_9`, "test     "},
		{`"line":8`, `"line":7`, "line     "},
		{`"owner":"test"`, `"owner":"init"`, "owner    "},
		{`"status":"leak"`, `"status":"note"`, "status   "},
		{`10.0.0.1:`, `10.0.001:`, "fact     "},
	} {
		line := strings.Replace(chanSend, `"count":1`, `"count":2`, 1)
		if c.old == `"count":1` {
			line = chanSend
		}
		got := compare(t, strings.Replace(line, c.old, c.new, 1), serve)
		if len(got.Differences) != 1 || !strings.HasPrefix(got.Differences[0], c.want) || got.Recall() != 1 {
			t.Errorf("%s: %q", c.new, got.Differences)
		}
	}
}

func TestCompareMissedAndAccused(t *testing.T) {
	stranger := strings.NewReplacer("TestA/x_1", "TestC", `"line":8`, `"line":70`).Replace(chanSend)
	got := compare(t, stranger, serve)
	if len(got.Differences) != 2 || got.Recall() != 0.5 || got.Precision() != 0.5 {
		t.Error(got.Differences, got.Recall(), got.Precision())
	}
	// The same line, but a library's go statement: not the labelled one.
	got = compare(t, strings.Replace(serve, `net/http.(*Server).Serve`, `net/http.other`, 1))
	if got.Recall() != 0.5 || got.Labels != 2 {
		t.Error(got.Differences)
	}
	var b strings.Builder
	if err := got.WriteMatrix(&b); err != nil || !strings.Contains(b.String(), missed) {
		t.Error(b.String(), err)
	}
}

func TestCheckPackages(t *testing.T) {
	run, err := ReadRunFile(strings.NewReader(
		`{"type":"package","package":"example.com/m/p","result":"fail","checked":"no","why":"no trace"}`), "/m")
	if err != nil {
		t.Fatal(err)
	}
	var got Tally
	got.CheckPackages([]*Package{{Path: "example.com/m/p"}, {Path: "example.com/m/q"}}, run)
	if len(got.Differences) != 4 { // checked, result, q is absent, no end
		t.Error(got.Differences)
	}
	run.Packages[0] = Checked{Package: "example.com/m/p", Result: "pass", Checked: "part"}
	run.Ended = true
	for _, part := range []bool{false, true} {
		var got Tally
		got.CheckPackages([]*Package{{Path: "example.com/m/p", Part: part}}, run)
		if (len(got.Differences) == 0) != part {
			t.Error(part, got.Differences)
		}
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"1.22.12", "1.25", true}, {"1.25.4", "1.25", false}, {"1.9", "1.10", true}, {"1.27.0", "1.25", false}} {
		if older(c.a, c.b) != c.want {
			t.Error(c)
		}
	}
}

// The labels of the real modules are well-formed, and there are enough of them.
func TestTestdata(t *testing.T) {
	for module, least := range map[string]int{"leaks": 100, "leaks123": 5, "leaks125": 3, "benign": 0} {
		m, err := ReadModule(filepath.Join("../../testdata", module))
		if err != nil {
			t.Error(err)
			continue
		}
		n := 0
		for _, p := range m.Packages {
			n += len(p.Labels)
		}
		if n < least {
			t.Errorf("%s: %d labels", module, n)
		}
	}
}
