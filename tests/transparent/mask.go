package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// A mask takes out of an output what differs between two plain runs.
type mask struct {
	re  *regexp.Regexp
	to  string
	why string
}

func newMask(re, to, why string) mask { return mask{regexp.MustCompile(re), to, why} }

// These are applied to every output, in this order.
var masks = []mask{
	newMask(`\((\d+\.\d+|\d+)s\)`, "(T)", "how long a test took"),
	newMask(`(?m)^((?:ok  |FAIL)\t\S+\t)\d+\.\d+s`, "${1}T", "how long a package took"),
	newMask(`([^+])\b0x[0-9a-f]+\b\??`, "${1}0xN", "addresses in panics; offsets in functions (+0x1b) stay"),
	newMask(`\bgoroutine \d+\b`, "goroutine N", "goroutine ids in panics: tracing has goroutines of its own"),
	newMask(`\b(m|gp|mp|goid|pc|sigcode|addr)=(nil|0x)?[0-9a-fN]*\b`, "$1=N", "threads and registers in panics"),
	newMask(` \(core dumped\)`, "", "the watcher dies of the same signal, and writes no core file of its own"),
	newMask(`(go-build|gocoverdir)\d+`, "${1}N", "temporary folders"),
}

// For single cases.
var (
	benchmarkTimes = newMask(`\s+[0-9.]+ ns/op`, " T ns/op", "how long an operation took")
	fuzzTimes      = newMask(`(?m)^fuzz: elapsed: .*\n`, "", "progress by the second")
	cpuModel       = newMask(`(?m)^cpu: .*\n`, "", "not found in every environment")
	binaryFile     = newMask(`(?s)^[^\n]*\x00.*`, "binary\n", "profiles and traces have times in them")
	wholeDump      = newMask(`(?s)goroutine N( gp=\S+ m=\S+)?( mp=\S+)? \[running.*?(\nexit status|\nsignal:|$)`, "dump$3",
		"threads write their registers in any order, and a spinning goroutine is caught anywhere")
)

// clean applies the masks to an output of c.
func clean(c testCase, text string) string {
	if isEvent(text) {
		text = joinEvents(text)
	}
	for _, m := range masks {
		text = m.re.ReplaceAllString(text, m.to)
	}
	for _, m := range c.masks {
		text = m.re.ReplaceAllString(text, m.to)
	}
	if c.dump {
		text = sortDump(text)
	}
	return text
}

func isEvent(text string) bool {
	return strings.HasPrefix(text, `{"Time"`) || strings.HasPrefix(text, `{"ImportPath"`)
}

// joinEvents makes one text of a test2json stream, so that masks see whole
// lines: output as it was, between them what each event says but for times.
func joinEvents(stream string) string {
	var out strings.Builder
	last := ""
	for _, line := range strings.SplitAfter(stream, "\n") {
		event := map[string]any{}
		if json.Unmarshal([]byte(line), &event) != nil {
			out.WriteString(line)
			continue
		}
		text, _ := event["Output"].(string)
		for _, key := range []string{"Time", "Elapsed", "Output"} {
			delete(event, key)
		}
		rest := fmt.Sprint(event)
		if rest != last || text == "" {
			fmt.Fprintf(&out, "\n%s\n", rest)
		}
		out.WriteString(text)
		last = rest
	}
	return out.String()
}

var (
	ofTracer = regexp.MustCompile(`(?m)^(created by )?runtime/trace\.`)
	// The runtime's own goroutines start when they are first needed, and its
	// threads are where they happen to be.
	ofRuntime = regexp.MustCompile(`(?m)^(goroutine N( gp=N m=N mp=N)? \[idle\]:|created by runtime\.|runtime\.(mstart|rt0_go|findRunnable|mcall)\()`)
)

// sortDump orders the goroutines of each dump: which comes first depends on
// the order in which the runtime made them, and the tracer has one too.
func sortDump(text string) string {
	var out, dump []string
	flush := func() {
		sort.Strings(dump)
		out = append(out, dump...)
		dump = nil
	}
	for _, block := range strings.Split(text, "\n\n") {
		block = strings.Trim(block, "\n")
		switch {
		case !strings.HasPrefix(block, "goroutine N"):
			flush()
			out = append(out, block)
		case !ofTracer.MatchString(block) && !ofRuntime.MatchString(block):
			dump = append(dump, block)
		}
	}
	flush()
	return strings.Join(out, "\n\n")
}

const (
	keptWhole = 32 << 20 // longer outputs are compared by a hash of their lines
	longLine  = 4096     // of longer lines only the beginning is masked
	lineHead  = 300
)

// cleanLine masks one line of an output that is not kept whole.
func cleanLine(line []byte) []byte {
	if len(line) <= longLine && isEvent(string(line)) {
		return maskBytes([]byte(joinEvents(string(line))))
	}
	if len(line) <= longLine {
		return maskBytes(line)
	}
	return append(maskBytes(bytes.Clone(line[:lineHead])), line[lineHead:]...)
}

var eventTimes = regexp.MustCompile(`"(Time|Elapsed)":("[^"]*"|[0-9.e-]+),?`)

func maskBytes(line []byte) []byte {
	line = eventTimes.ReplaceAll(line, nil)
	for _, m := range masks {
		line = m.re.ReplaceAll(line, []byte(m.to))
	}
	return line
}
