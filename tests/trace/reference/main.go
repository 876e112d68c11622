// Compares what the leak engine's reader says about a trace (the output of tests/trace/table.c)
// with what golang.org/x/exp/trace says.
//
// usage: reference TRACE TABLE
//
// Prints one line a difference and exits 1 when there is any.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"
)

type goroutine struct {
	id, creator                           uint64
	born                                  bool
	start, state, reason, createdAt, last string
	vague                                 bool // preempted without a stack: last is an older one, or none
	since, bornAt                         int64
	wakes, sleep, sel, receive            int
}

type call struct {
	id     uint64
	frames int
}

type facts struct {
	live    map[uint64]*goroutine
	created []string            // "id by creator", in order
	by      map[uint64][]uint64 // children of each creator, in order
	ended   map[uint64]int
	calls   map[uint64][]int // frames of the calls of each goroutine, in order
	err     error
}

func stackText(s trace.Stack) string {
	var b strings.Builder
	for f := range s.Frames() {
		fmt.Fprintf(&b, " %s:%s:%d", f.Func, f.File, f.Line)
	}
	return b.String()
}

func foot(s trace.Stack) (name string) {
	n := 0
	for f := range s.Frames() {
		name = f.Func
		n++
	}
	if n == 128 {
		return ""
	}
	return name
}

var states = map[trace.GoState]string{
	trace.GoRunnable: "1", trace.GoRunning: "2", trace.GoSyscall: "3", trace.GoWaiting: "4",
}

func (f *facts) transition(ev trace.Event) {
	t := ev.StateTransition()
	if t.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	from, to := t.Goroutine()
	id := uint64(t.Resource.Goroutine())
	g := f.live[id]
	if from == trace.GoNotExist {
		g = &goroutine{id: id, born: true, bornAt: int64(ev.Time()), since: int64(ev.Time())}
		if to != trace.GoSyscall { // a callback's goroutine has no creator
			if c := ev.Goroutine(); c != trace.NoGoroutine {
				g.creator = uint64(c)
			}
			g.createdAt = stackText(ev.Stack())
			for fr := range t.Stack.Frames() {
				g.start = fr.Func
				break
			}
		}
		f.live[id] = g
		f.created = append(f.created, fmt.Sprintf("%d by %d", id, g.creator))
		f.by[g.creator] = append(f.by[g.creator], id)
	}
	if g == nil {
		g = &goroutine{id: id, since: int64(ev.Time())}
		f.live[id] = g
	}
	if to == trace.GoNotExist {
		delete(f.live, id)
		f.ended[id]++
		return
	}
	status := from == trace.GoUndetermined || from == to
	g.state = states[to]
	if status {
		if g.last == "" {
			g.last = stackText(t.Stack)
		}
		if !g.born && g.start == "" {
			g.start = foot(t.Stack)
		}
		return
	}
	g.since = int64(ev.Time())
	switch {
	case from == trace.GoWaiting: // to runnable
		g.wakes++
	case from == trace.GoRunning && (to == trace.GoWaiting || to == trace.GoRunnable || to == trace.GoSyscall):
		g.reason = t.Reason
		if text := stackText(t.Stack); text != "" && text != " ::0" {
			g.last, g.vague = text, false
		} else if to == trace.GoWaiting && t.Reason == "" { // a coroutine switch
			g.last, g.vague = "", false
		} else {
			g.vague = true
		}
		if !g.born && g.start == "" {
			g.start = foot(t.Stack)
		}
		switch {
		case to != trace.GoWaiting:
		case t.Reason == "sleep":
			g.sleep++
		case t.Reason == "select":
			g.sel++
		case t.Reason == "chan receive":
			g.receive++
		}
		if to == trace.GoSyscall {
			n := 0
			for range t.Stack.Frames() {
				n++
			}
			if n > 0 {
				f.calls[id] = append(f.calls[id], n)
			}
		}
	}
}

func readReference(path string) *facts {
	f := &facts{live: map[uint64]*goroutine{}, by: map[uint64][]uint64{}, ended: map[uint64]int{}, calls: map[uint64][]int{}}
	in, err := os.Open(path)
	if err != nil {
		fatal(err)
	}
	defer in.Close()
	r, err := trace.NewReader(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		f.err = err
		return f
	}
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF { // not what wraps it: a trace that ends inside a batch's head
			return f
		}
		if err != nil {
			f.err = err
			return f
		}
		if ev.Kind() == trace.EventStateTransition {
			f.transition(ev)
		}
	}
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		u, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			fatal(err)
		}
		return int64(u)
	}
	return n
}

func readTable(path string) *facts {
	f := &facts{live: map[uint64]*goroutine{}, by: map[uint64][]uint64{}, ended: map[uint64]int{}, calls: map[uint64][]int{}}
	in, err := os.Open(path)
	if err != nil {
		fatal(err)
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		w := strings.Split(s.Text(), "\t")
		switch w[0] {
		case "created":
			id, by := uint64(number(w[1])), uint64(number(w[2]))
			f.created = append(f.created, fmt.Sprintf("%d by %d", id, by))
			f.by[by] = append(f.by[by], id)
		case "ended":
			f.ended[uint64(number(w[1]))]++
		case "called":
			id := uint64(number(w[1]))
			f.calls[id] = append(f.calls[id], int(number(w[3])))
		case "live":
			g := &goroutine{id: uint64(number(w[1])), creator: uint64(number(w[2])), born: w[3] == "1",
				state: w[4], since: number(w[5]), bornAt: number(w[6]), wakes: int(number(w[7])),
				sleep: int(number(w[8])), sel: int(number(w[9])), receive: int(number(w[10])),
				start: w[11], reason: w[12], createdAt: w[13], last: w[14]}
			f.live[g.id] = g
		case "facts":
			if w[len(w)-1] != "ok" {
				f.err = errors.New(w[len(w)-1])
			}
		}
	}
	if err := s.Err(); err != nil {
		fatal(err)
	}
	return f
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "reference:", err)
	os.Exit(2)
}

var differences, swapped int
var drift int64

func differ(format string, args ...any) {
	differences++
	if differences <= 20 {
		fmt.Printf(format+"\n", args...)
	}
}

// Go's reader moves an event that it puts behind a later one to just after it: its times may be later.
func near(want, got int64) bool {
	drift = max(drift, want-got)
	return got <= want
}

func compareLive(want, got *facts) {
	for id, w := range want.live {
		g := got.live[id]
		if g == nil {
			differ("goroutine %d is not alive", id)
			continue
		}
		if !near(w.since, g.since) || !near(w.bornAt, g.bornAt) {
			differ("goroutine %d: times %d %d, want %d %d", id, g.since, g.bornAt, w.since, w.bornAt)
		}
		a, b := *w, *g
		a.since, a.bornAt, b.since, b.bornAt = 0, 0, 0, 0
		if a.vague {
			a.last, a.vague = b.last, false
		}
		if a != b {
			differ("goroutine %d:\n got %+v\nwant %+v", id, b, a)
		}
	}
	for id := range got.live {
		if want.live[id] == nil {
			differ("goroutine %d has ended", id)
		}
	}
}

func compareOrder(want, got *facts) {
	if len(want.created) != len(got.created) {
		differ("%d creations, want %d", len(got.created), len(want.created))
		return
	}
	for i := range want.created {
		if want.created[i] != got.created[i] {
			swapped++
		}
	}
	for id, w := range want.by {
		if id != 0 && fmt.Sprint(w) != fmt.Sprint(got.by[id]) {
			differ("children of %d: %v, want %v", id, got.by[id], w)
		}
	}
	seen := map[uint64]bool{}
	for _, line := range got.created {
		var id, by uint64
		fmt.Sscanf(line, "%d by %d", &id, &by)
		seen[id] = true
		if by != 0 && !seen[by] && want.live[by] == nil && got.ended[by] == 0 {
			differ("%d is created before its creator %d", id, by)
		}
	}
	if fmt.Sprint(want.ended) != fmt.Sprint(got.ended) {
		differ("ended: %v, want %v", got.ended, want.ended)
	}
}

// Calls in a row from one stack may be told once: runs are compared.
func squeeze(v []int) (out []int) {
	for _, n := range v {
		if len(out) == 0 || out[len(out)-1] != n {
			out = append(out, n)
		}
	}
	return out
}

func main() {
	want, got := readReference(os.Args[1]), readTable(os.Args[2])
	if (want.err == nil) != (got.err == nil) {
		differ("error: %v, want %v", got.err, want.err)
	}
	if want.err == nil && got.err == nil {
		compareLive(want, got)
		compareOrder(want, got)
		if len(got.calls) > 0 {
			for id, w := range want.calls {
				if fmt.Sprint(squeeze(w)) != fmt.Sprint(squeeze(got.calls[id])) {
					differ("calls of %d: %v, want %v", id, squeeze(got.calls[id]), squeeze(w))
				}
			}
		}
	}
	fmt.Printf("%d differences: %d live, %d created, %d in another order, times differ by %d ns\n", differences,
		len(want.live), len(want.created), swapped, drift)
	if differences > 0 {
		os.Exit(1)
	}
}
