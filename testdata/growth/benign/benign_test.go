// Package benign has what looks like growth: each fills up, is bounded, or goes with a collection.
package benign

import (
	"bytes"
	"container/list"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func TestPool(t *testing.T) {
	for i := 0; i < 20; i++ {
		b := buffers.Get().(*bytes.Buffer)
		b.Reset()
		fmt.Fprintf(b, "%4096d", i)
		buffers.Put(b)
	}
}

// More is put back than was taken.
func TestPoolIsFed(t *testing.T) {
	for i := 0; i < 10; i++ {
		buffers.Put(bytes.NewBuffer(make([]byte, 4096)))
	}
}

var once sync.Once
var table []int

func TestOnce(t *testing.T) {
	once.Do(func() { table = make([]int, 100000) })
}

var output bytes.Buffer

// A buffer that is used again, and grows as long as what is written does.
func TestBuffer(t *testing.T) {
	output.Reset()
	for i := 0; i < 1000; i++ {
		fmt.Fprintln(&output, i)
	}
}

var users = map[int]*[512]byte{}
var round int

// A map that has all its keys after some rounds.
func TestMapFills(t *testing.T) {
	for i := 0; i < 10; i++ {
		users[(round*10+i)%60] = new([512]byte)
	}
	round++
}

// The last forty of everything.
var recent = list.New()

func TestRecent(t *testing.T) {
	for i := 0; i < 5; i++ {
		recent.PushBack(new([1024]byte))
		if recent.Len() > 40 {
			recent.Remove(recent.Front())
		}
	}
}

// Files that nobody closes: the collector does.
func TestFinalizer(t *testing.T) {
	for i := 0; i < 3; i++ {
		if _, err := os.Open(os.DevNull); err != nil {
			t.Fatal(err)
		}
	}
}

type node struct {
	next *node
	data [1024]byte
}

// A ring of its own is no leak.
func TestRing(t *testing.T) {
	a, b := &node{}, &node{}
	a.next, b.next = b, a
	runtime.KeepAlive(a)
}

type shape struct {
	Name string
	Size []int
}

// Libraries that remember types and patterns.
func TestLibraries(t *testing.T) {
	text, err := json.Marshal(shape{Name: "x", Size: []int{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	var back shape
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\{.*\}$`).Match(text) {
		t.Fatal(string(text))
	}
}

// Goroutines that end, subtests, a timer that is stopped.
func TestWork(t *testing.T) {
	for i := 0; i < 4; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			out := make(chan []byte)
			go func() { out <- make([]byte, 4096) }()
			limit := time.NewTimer(time.Hour)
			defer limit.Stop()
			select {
			case <-out:
			case <-limit.C:
			}
		})
	}
	t.Cleanup(func() { t.Log(len(table)) })
}

// What runs once only.
var ran bool

func TestNotTwice(t *testing.T) {
	if ran {
		t.Fatal("ran before")
	}
	ran = true
}

func Example() {
	fmt.Println(len(table) >= 0)
	// Output: true
}
