package degrade

import (
	"testing"
	"time"

	"straggler/tests/drive"
)

// Binaries that are built in another way than most.
func TestBuilds(t *testing.T) {
	need(t, "gcc")
	runRows(t, []row{
		{name: "GOARCH=386", env: []string{"GOARCH=386", "CGO_ENABLED=0"}, result: "pass", checked: "no", why: "it is for 386", findings: nothing},
		{name: "-race", args: []string{"-race"}, result: "pass", checked: "yes", findings: confirmed},
		{name: "PIE", args: []string{"-buildmode=pie"}, result: "pass", checked: "yes", findings: confirmed},
		{name: "-cover", args: []string{"-cover"}, result: "pass", checked: "yes", findings: confirmed, prints: "coverage:"},
		{name: "stripped", args: []string{"-ldflags=-s -w"}, result: "pass", checked: "yes", findings: confirmed},
		{name: "-trimpath", args: []string{"-trimpath"}, result: "pass", checked: "yes", findings: confirmed},
		{
			name: "threads of C",
			files: `
-- c.go --
package m

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <unistd.h>

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static int start(void)
{
	pthread_t thread;

	return pthread_create(&thread, 0, sleeper, 0);
}
*/
import "C"

func startThread() bool { return C.start() == 0 }
` + file(`
import "testing"

func TestThreads(t *testing.T) {
	for i := 0; i < 3; i++ {
		if !startThread() {
			t.Fatal("no thread")
		}
	}
}
`),
			result: "pass", checked: "yes", findings: confirmed,
		},
	})
}

// A dump of this many takes longer than it may: the rest is the trace's word.
func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	m := drive.New(t, `
-- go.mod --
module example.com/m

go 1.22
-- m_test.go --
package m

import (
	"sync"
	"testing"
)

func TestMany(t *testing.T) {
	var started sync.WaitGroup
	c := make(chan int)
	for i := 0; i < 100_000; i++ {
		started.Add(1)
		go func() {
			started.Done()
			c <- 1
		}()
	}
	started.Wait()
}
`)
	r, run := m.Test(".")
	p := run.Package("example.com/m")
	if r.Code != 1 || p.Result != "pass" || p.Checked == "no" {
		t.Errorf("exit status %d, result %s, checked %s: %s", r.Code, p.Result, p.Checked, p.Why)
	}
	count := 0
	for _, f := range run.FindingRecords() {
		count += f.Count
		if f.Test != "TestMany" || f.Class != "chan-send" {
			t.Errorf("%s %s", f.Test, f.Class)
		}
	}
	if count != 100_000 {
		t.Errorf("%d goroutines found", count)
	}
	t.Logf("in %v, checked %s: %s\n%s", r.Time, p.Checked, p.Why, run.Findings())
	if r.Time > time.Minute {
		t.Errorf("it took %v", r.Time)
	}
}
