package main

import (
	"fmt"
	"strings"
	"sync"
)

// tap numbers and prints the lines of several workers.
type tap struct {
	mu        sync.Mutex
	n, failed int
	bailed    bool
}

// line reports one step: err is nil when it went well. A known difference is
// shown and does not count.
func (t *tap) line(name, known string, err error, notes []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	not := ""
	if err != nil {
		not = "not "
	}
	directive := ""
	if known != "" {
		directive = " # TODO " + known
	} else if err != nil {
		t.failed++
	}
	fmt.Printf("%sok %d - %s%s\n", not, t.n, name, directive)
	if err != nil {
		notes = append([]string{err.Error()}, notes...)
	}
	for _, note := range notes {
		for _, line := range strings.Split(strings.TrimRight(note, "\n"), "\n") {
			fmt.Println("#", line)
		}
	}
}

func (t *tap) bail() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bailed = true
	fmt.Println("Bail out! interrupted")
}

func (t *tap) end() bool {
	fmt.Printf("1..%d\n", t.n)
	if t.failed > 0 {
		fmt.Printf("# %d of %d differ\n", t.failed, t.n)
	}
	return t.failed == 0 && !t.bailed
}
