package cli

import (
	"testing"

	"straggler/tests/drive"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- elsewhere/go.mod --
module example.com/m

go 1.22
-- elsewhere/in/m_test.go --
package in

import "testing"

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
`)
	r, run := m.Test("-C", "elsewhere", "./...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), leakFound)
	want(t, "package", run.Package("example.com/m/in").Checked, "yes")
	// Where the user stands is what paths are shown from.
	wantText(t, "stdout", r.Stdout, "elsewhere/in/m_test.go:7")
}

// A workspace of two modules, one of which uses the other.
func TestWorkspace(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.work --
go 1.22

use (
	./one
	./two
)
-- one/go.mod --
module example.com/one

go 1.22
-- one/one.go --
package one

func Start() chan int {
	c := make(chan int)
	go func() { c <- 1 }()
	return c
}
-- one/one_test.go --
package one

import "testing"

func TestOne(t *testing.T) { <-Start() }
-- two/go.mod --
module example.com/two

go 1.22
-- two/two_test.go --
package two

import (
	"testing"

	"example.com/one"
)

func TestTwo(t *testing.T) { one.Start() }
`)
	r, run := m.Test("./one/...", "./two/...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), "TestTwo chan-send leak confirmed 1\n")
	want(t, "packages", len(run.Packages()), 2)
	wantText(t, "stdout", r.Stdout, "one/one.go:5")
}

func TestVendor(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22

require example.com/dep v1.0.0
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit; go 1.22
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

func Start() {
	c := make(chan int)
	go func() { c <- 1 }()
}
-- m_test.go --
package m

import (
	"testing"

	"example.com/dep"
)

func TestLeak(t *testing.T) { dep.Start() }
`)
	r, run := m.Test("./...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), leakFound)
	// The user's own line is where the dependency is called.
	wantText(t, "stdout", r.Stdout, "m_test.go:9")
}

func TestTags(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- tagged_test.go --
//go:build special

package m

import "testing"

func TestTagged(t *testing.T) {
	c := make(chan int)
	go func() { <-c }()
}
`)
	r, run := m.Test("-tags", "special", "-run", "TestTagged", "./...")
	wantCode(t, r, 1)
	want(t, "findings", found(run), "TestTagged chan-receive leak confirmed 1\n")
	r, run = m.Test("-run", "TestTagged", "./...")
	wantCode(t, r, 0)
	want(t, "findings without the tag", found(run), "")
}

// As go test does: another module in a folder below is not part of ./...
func TestSeveralModules(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- inner/go.mod --
module example.com/inner

go 1.22
-- inner/inner_test.go --
package inner

import "testing"

func TestInner(t *testing.T) {
	c := make(chan int)
	go func() { <-c }()
}
`)
	_, run := m.Test("./...")
	want(t, "packages", len(run.Packages()), 1)
	m.Dir = m.Path("inner")
	r, run := m.Test()
	wantCode(t, r, 1)
	want(t, "findings of the other module", found(run), "TestInner chan-receive leak confirmed 1\n")
}

func TestExternalTestsAndNoTests(t *testing.T) {
	t.Parallel()
	m := drive.New(t, leaky+`
-- outside/outside.go --
package outside

func Start() {
	c := make(chan int)
	go func() { c <- 1 }()
}
-- outside/outside_test.go --
package outside_test

import (
	"testing"

	"example.com/m/outside"
)

func TestOutside(t *testing.T) { outside.Start() }
-- untested/untested.go --
package untested
`)
	r, run := m.Test("./outside", "./untested")
	wantCode(t, r, 1)
	want(t, "findings", found(run), "TestOutside chan-send leak confirmed 1\n")
	wantText(t, "stdout", r.Stdout, "[no test files]")
	wantNoText(t, "stdout", r.Stdout, "not checked")
}
