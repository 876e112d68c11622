package main

import (
	"strings"
	"syscall"
	"time"
)

type target int

const (
	killNothing target = iota
	killWatcher
	killRunner
)

// A testCase is a package of testdata/transparent, started in one way.
type testCase struct {
	name  string
	pkg   string
	flags []string // of the test binary, as "-run=X"
	args  []string // after -args
	env   []string
	stdin string
	masks []mask
	not   string // regular expression of variants that it is not made for

	limit  time.Duration  // of one run, 40 seconds if zero
	extra  time.Duration  // what a watcher may add, ten seconds if zero
	dump   bool           // the output has a dump of goroutines
	daemon bool           // leaves a process that writes beats
	signal syscall.Signal // sent when the test is ready; SIGTERM to the process alone, others to its group
	kill   target         // killed when the test is ready
	goOnly bool           // makes sense under go test only
	heavy  bool
	runner bool   // needs the command "straggler test"
	known  string // why a difference is expected; TAP calls that a TODO
}

// each makes a case of every test named, with what the model says.
func each(pkg, tests string, model testCase) []testCase {
	var all []testCase
	for _, test := range strings.Fields(tests) {
		c := model
		c.name, c.pkg = pkg+"/"+test, pkg
		c.flags = append([]string{"-run=^" + test + "$"}, model.flags...)
		all = append(all, c)
	}
	return all
}

// whole makes one case of a package.
func whole(name, pkg string, model testCase) []testCase {
	model.name, model.pkg = name, pkg
	return []testCase{model}
}

const no386 = "^386$"

// Only standard output and error are put away while the exit is held.
const held = "a goroutine that is given time to end can do what it would have been too late for: here it writes a file"

func cases() []testCase {
	var all []testCase
	for _, some := range [][]testCase{
		lateCases(), outputCases(), resourceCases(), processCases(), endCases(), toolCases(), ordinaryCases(), killCases(),
	} {
		all = append(all, some...)
	}
	return all
}

func lateCases() []testCase {
	var all []testCase
	all = append(all, each("late", "TestLog TestError TestFail TestPanic TestExit TestPrint TestLogAgain TestFailed", testCase{})...)
	all = append(all, each("late", "TestCreate", testCase{known: held})...)
	all = append(all, each("latemain", "TestLog TestPrint TestPanic", testCase{})...)
	all = append(all, each("finalizer", "TestNoCollection TestCollection TestDroppedByStraggler", testCase{})...)
	all = append(all, each("goroutines", "TestEnding TestBlocked TestSleeping TestSpinning TestAllocating TestWaking", testCase{})...)
	all = append(all, each("cthreads", "TestSleeper TestCaller TestRepeater TestLate TestQuitter TestUnflushed TestFlushed TestExit TestInC",
		testCase{not: no386})...)
	return all
}

func outputCases() []testCase {
	var all []testCase
	all = append(all, each("stdout", `TestClose TestCloseNumber TestCloseBothNumbers TestCloseStderr TestCloseThenOpen TestRedirect
		TestDup2 TestDup2Both TestDup2AndBack TestRedirectForGood TestPipe TestSwap TestReadFromStdout`, testCase{})...)
	all = append(all, each("stdout", "TestLateIntoFile", testCase{known: held})...)
	all = append(all, each("text", `TestFakeLines TestFakeRuns TestControl TestNoNewline TestNoNewlineStderr TestFailNoNewline TestEncoding
		TestLongLine TestOddNames`, testCase{})...)
	all = append(all, each("output", "TestLines TestLogs TestWriters", testCase{})...)
	all = append(all, each("output", "TestGigabyte", testCase{heavy: true, limit: 5 * time.Minute, extra: time.Minute})...)
	return all
}

func resourceCases() []testCase {
	var all []testCase
	all = append(all, each("descriptors", "TestNumbers TestList TestGrowth TestExhaust TestExhaustForGood TestCloseAll", testCase{})...)
	all = append(all, each("surroundings", `TestStatus TestPrivileges TestPlace TestArguments TestEnvironment TestChildren
		TestParentStays TestSetenv`, testCase{})...)
	all = append(all, each("surroundings", "TestGroup", testCase{goOnly: true})...)
	all = append(all, whole("surroundings/GODEBUG", "surroundings", testCase{
		flags: []string{"-run=TestEnvironment"}, env: []string{"GODEBUG=gctrace=0,madvdontneed=1"}})...)
	all = append(all, each("limits", `TestCore TestFiles TestFileSize TestProcesses TestMemory TestMemoryForGood TestDumpable TestUmask
		TestDirectory TestGroup TestUser TestRoot`, testCase{})...)
	all = append(all, each("filter", "TestPlain TestListener TestSandbox", testCase{not: no386})...)
	all = append(all, each("stdin", "TestRead TestLeave", testCase{stdin: "some input\n", not: "terminal"})...)
	all = append(all, whole("stdin/empty", "stdin", testCase{flags: []string{"-run=TestRead"}, not: "terminal"})...)
	all = append(all, each("files", "TestTempDir TestLeft TestEmpty", testCase{})...)
	all = append(all, each("flags", "TestFlags", testCase{flags: []string{"-custom=changed"}, args: []string{"pos1", "-x", "--", "-test.v"}})...)
	all = append(all, whole("flags/plain", "flags", testCase{})...)
	all = append(all, whole("flags/unknown", "flags", testCase{args: []string{"-unknown"}})...)
	return all
}

func processCases() []testCase {
	var all []testCase
	all = append(all, each("children", `TestThreeHundred TestThreeHundredAtOnce TestGoVet TestStatuses TestInherited TestKilledByContext
		TestTraced TestZombie TestOutlives`, testCase{not: "nobody"})...)
	all = append(all, each("children", "TestGoBuild", testCase{not: "nobody|386"})...)
	all = append(all, each("reexec", "TestHelper TestTestAsChild TestSameArguments TestMany TestFailingChild", testCase{})...)
	all = append(all, each("daemon", "TestForeign TestSelf TestSelfSameArguments TestSelfAndPanic", testCase{daemon: true, not: "namespace"})...)
	all = append(all, each("daemon", "TestHoldsOutput", testCase{not: "namespace"})...)
	all = append(all, each("execve", "TestEcho TestStatus TestSignal TestOpenFiles TestSelf TestMissing", testCase{})...)
	all = append(all, each("signals", `TestIgnoreQuit TestCatchQuit TestCatchTerm TestCatchUrg TestCatchQuitAndLeave TestIgnoreQuitAndLeave TestReset
		TestTerm TestInterrupt TestKill TestHangup TestOthers TestStop TestStorm TestStormForGood TestChildNotices`,
		testCase{not: "ignored"})...)
	all = append(all, each("signals", "TestQuit TestAbort TestFault", testCase{dump: true, not: "ignored"})...)
	return all
}

func endCases() []testCase {
	var all []testCase
	all = append(all, each("exits", `TestExit0 TestExit3 TestExit256 TestRawExit TestLogFatal TestPanic TestPanicInSubtest TestPanicInGoroutine
		TestExitInGoroutine TestNil TestGoexit TestFailNow TestExitOnAnyThread TestThreadExit`, testCase{})...)
	all = append(all, each("exits", "TestThrow", testCase{dump: true})...)
	for _, as := range []string{"0", "3", "before", "fatal", "panic", "locked", "leave", "print", ""} {
		all = append(all, whole("exitmain/"+as, "exitmain", testCase{env: []string{"EXITMAIN=" + as}})...)
	}
	all = append(all, whole("exitmain/pass", "exitmain", testCase{flags: []string{"-run=TestPass"}})...)
	all = append(all, whole("mainruns", "mainruns", testCase{})...)
	all = append(all, whole("mainruns/fails", "mainruns", testCase{env: []string{"MAINRUNS_FAIL=1"}})...)
	all = append(all, each("timeout", "TestSleep TestDeadlock TestLocks", testCase{flags: []string{"-timeout=2s"}, dump: true})...)
	all = append(all, each("timeout", "TestSpin", testCase{flags: []string{"-timeout=2s"}, masks: []mask{wholeDump}})...)
	all = append(all, each("crashoutput", "TestLeave TestPanic", testCase{})...)
	crash := testCase{env: []string{"GOTRACEBACK=crash"}, dump: true}
	for _, test := range []string{"TestPass", "TestLeak"} {
		c := crash
		c.flags = []string{"-run=" + test}
		all = append(all, whole("ordinary/crash-"+test, "ordinary", c)...)
	}
	crash.flags, crash.masks = []string{"-run=TestPanic$"}, []mask{wholeDump}
	all = append(all, whole("exits/crash", "exits", crash)...)
	all = append(all, each("hang", "TestHang", testCase{signal: syscall.SIGINT})...)
	all = append(all, whole("hang/SIGTERM", "hang", testCase{flags: []string{"-run=TestHang$"}, signal: syscall.SIGTERM})...)
	all = append(all, whole("hang/SIGQUIT", "hang", testCase{flags: []string{"-run=TestHang$"}, signal: syscall.SIGQUIT, dump: true})...)
	return all
}

func toolCases() []testCase {
	var all []testCase
	all = append(all, each("tracing", "TestStartAndStop TestStopOnly TestStartOnly TestAgain", testCase{})...)
	all = append(all, each("profiles", "TestCPU TestHeap TestCPUForGood", testCase{})...)
	for _, kind := range []string{"trace", "cpuprofile", "memprofile", "blockprofile", "mutexprofile", "coverprofile"} {
		all = append(all, whole("ordinary/-"+kind, "ordinary", testCase{goOnly: true,
			flags: []string{"-run=TestPass|TestLeak", "-outputdir=$TMPDIR", "-o=$TMPDIR/kept.test", "-" + kind + "=" + kind},
			masks: []mask{binaryFile}, not: "namespace|go-"})...)
	}
	return all
}

func ordinaryCases() []testCase {
	var all []testCase
	for name, flags := range map[string][]string{
		"all": nil, "pass": {"-run=TestPass"}, "none": {"-run=Nothing"}, "example": {"-run=Example"}, "seeds": {"-run=Fuzz"},
		"bench": {"-run=Nothing", "-bench=.", "-benchtime=10x"}, "count": {"-count=3"}, "cpu": {"-cpu=1,2"}, "shuffle": {"-shuffle=7"},
		"failfast": {"-failfast"}, "list": {"-list=."}, "skip": {"-skip=TestFail"}, "parallel": {"-parallel=1"},
		"fuzz": {"-run=Nothing", "-fuzz=FuzzDouble", "-fuzztime=200x"},
	} {
		c := testCase{flags: flags}
		if name == "bench" || name == "fuzz" {
			c.masks = []mask{benchmarkTimes, fuzzTimes, cpuModel}
		}
		c.goOnly = name == "fuzz"
		all = append(all, whole("ordinary/"+name, "ordinary", c)...)
	}
	return all
}

func killCases() []testCase {
	var all []testCase
	for _, test := range []string{"TestHang", "TestHangWithChild", "TestSpin"} {
		c := testCase{flags: []string{"-run=" + test + "$"}, kill: killWatcher, not: "namespace"}
		all = append(all, whole("hang/killed-watcher-"+test, "hang", c)...)
		c.kill, c.runner = killRunner, true
		all = append(all, whole("hang/killed-runner-"+test, "hang", c)...)
	}
	return all
}
