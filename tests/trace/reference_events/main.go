// Prints the events of a trace as golang.org/x/exp/trace orders them, in the lines of
// `straggler trace --events`.
//
// usage: reference_events TRACE
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/exp/trace"
)

func quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			fmt.Fprintf(&b, "\\x%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func stack(w io.Writer, s trace.Stack) {
	sep := " @ "
	for f := range s.Frames() {
		fmt.Fprintf(w, "%s%s:%d", sep, quote(f.Func), f.Line)
		sep = " < "
	}
}

func details(w io.Writer, ev trace.Event) {
	switch ev.Kind() {
	case trace.EventStateTransition:
		t := ev.StateTransition()
		if t.Resource.Kind == trace.ResourceProc {
			from, to := t.Proc()
			fmt.Fprintf(w, " proc %d %v->%v", t.Resource.Proc(), from, to)
			return
		}
		from, to := t.Goroutine()
		fmt.Fprintf(w, " goroutine %d %v->%v", t.Resource.Goroutine(), from, to)
		if from == trace.GoRunning && (to == trace.GoWaiting || to == trace.GoRunnable) {
			fmt.Fprintf(w, " reason \"%s\"", quote(t.Reason))
		}
		if from == trace.GoNotExist && to != trace.GoSyscall {
			stack(w, t.Stack)
		}
	case trace.EventMetric:
		m := ev.Metric()
		fmt.Fprintf(w, " %s %d", m.Name, m.Value.Uint64())
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		name := ev.Range().Name
		if reason, ok := strings.CutPrefix(name, "stop-the-world ("); ok {
			fmt.Fprintf(w, " stop-the-world \"%s\"", quote(strings.TrimSuffix(reason, ")")))
		} else {
			fmt.Fprintf(w, " %s", name)
		}
	case trace.EventLabel:
		fmt.Fprintf(w, " \"%s\"", quote(ev.Label().Label))
	case trace.EventTaskBegin:
		fmt.Fprintf(w, " task=%d \"%s\"", int64(ev.Task().ID), quote(ev.Task().Type))
	case trace.EventTaskEnd:
		fmt.Fprintf(w, " task=%d", int64(ev.Task().ID))
	case trace.EventRegionBegin, trace.EventRegionEnd:
		fmt.Fprintf(w, " task=%d \"%s\"", int64(ev.Region().Task), quote(ev.Region().Type))
	case trace.EventLog:
		l := ev.Log()
		fmt.Fprintf(w, " task=%d \"%s\" \"%s\"", int64(l.Task), quote(l.Category), quote(l.Message))
	}
}

func main() {
	in, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	r, err := trace.NewReader(bufio.NewReader(in))
	for err == nil {
		var ev trace.Event
		if ev, err = r.ReadEvent(); err != nil {
			break
		}
		fmt.Fprintf(w, "%d m=%d p=%d g=%d %v", int64(ev.Time()), ev.Thread(), ev.Proc(), ev.Goroutine(), ev.Kind())
		details(w, ev)
		stack(w, ev.Stack())
		fmt.Fprintln(w)
	}
	// An error that wraps io.EOF is one: the trace ends inside a batch's head.
	if err != io.EOF {
		fmt.Fprintln(w, "refused")
		fmt.Fprintln(os.Stderr, err)
	}
}
