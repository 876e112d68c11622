package cli

import (
	"os"
	"strings"
	"testing"
	"time"

	"straggler/tests/drive"
)

// A go that has 2,000 packages and builds none: every 40th has tests, each the same binary under
// its own name, and every 400th leaks.
const bulkGo = `
-- go.mod --
module example.com/m

go 1.22
-- p10000/m_test.go --
package m

import (
	"os"
	"testing"
)

func TestOne(t *testing.T) {
	if os.Getenv("LEAK") != "" {
		go func() { select {} }()
	}
}
-- bin/go --
#!/bin/sh
PATH=${PATH#*:}
[ "$1" = test ] || exec go "$@"
for arg; do
	case $arg in -exec=*) watcher=${arg#-exec=} ;; esac
done
export LC_ALL=C
test2json=$(go tool -n test2json)
cp p10000.test own.test
i=0
while [ $i -lt 2000 ]; do
	p=example.com/m/p$((10000 + i))
	if [ $((i % 40)) = 0 ]; then
		export LEAK=
		[ $((i % 400)) != 0 ] || LEAK=1
		sed "s,example.com/m/p10000,$p,g" p10000.test >own.test
		mkdir -p ${p#example.com/m/}
		(cd ${p#example.com/m/} && $test2json -p $p $watcher ../own.test -test.v=test2json) || failed=1
	else
		printf '{"Action":"start","Package":"%s"}\n' $p
		printf '{"Action":"output","Package":"%s","Output":"?   \\t%s\\t[no test files]\\n"}\n' $p $p
		printf '{"Action":"skip","Package":"%s","Elapsed":0}\n' $p
	fi
	i=$((i + 1))
done
exit $((failed))
`

func TestManyPackages(t *testing.T) {
	t.Parallel()
	m := drive.New(t, bulkGo)
	if r := m.Go("test", "-c", "-ldflags=-s -w", "-o", "p10000.test", "./p10000"); r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	m.Env = []string{"PATH=" + m.Path("bin") + ":" + os.Getenv("PATH")}
	r, run := m.Test("./...")
	wantCode(t, r, 1)
	want(t, "packages", len(run.Packages()), 2000)
	want(t, "tests", len(run.Tests()), 50)
	want(t, "findings", found(run), strings.Repeat("TestOne select-empty leak confirmed 1\n", 5))
	for _, f := range run.FindingRecords() {
		want(t, f.Package, strings.Contains("p10000 p10400 p10800 p11200 p11600", f.Package[len(f.Package)-6:]), true)
	}
	for _, p := range run.Packages() {
		if p.Checked != "yes" {
			t.Errorf("%s: checked %s: %s", p.Package, p.Checked, p.Why)
		}
	}
	wantText(t, "the last line", r.Stdout[max(0, strings.LastIndex(r.Stdout, "straggler: ")):], "5 leaks (5 goroutines); checked 50 packages, 50 tests")
	t.Logf("in %v", r.Time)
}

// Every subtest has its name, and they cost no more than they do anywhere.
func TestManySubtests(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"strconv"
	"testing"
)

func TestMany(t *testing.T) {
	for i := 0; i < 20_000; i++ {
		i := i
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			if i%2 == 0 {
				t.Parallel()
			}
			if i%4_000 == 3_998 || i%4_000 == 7 {
				go func() { select {} }()
			}
		})
	}
}
`)
	r, run := m.Test(".")
	wantCode(t, r, 1)
	want(t, "checked", run.Package("example.com/m").Checked, "yes")
	want(t, "tests", len(run.Tests()), 20_001)
	names := map[string]bool{}
	for _, f := range run.FindingRecords() {
		names[f.Test] = true
		want(t, f.Test, strings.HasSuffix(f.Test, "998") || strings.HasSuffix(f.Test, "007") || f.Test == "TestMany/7", true)
	}
	want(t, "owners", len(names), 10)
	t.Logf("in %v", r.Time)
	if r.Time > time.Minute {
		t.Errorf("it took %v", r.Time)
	}
}
