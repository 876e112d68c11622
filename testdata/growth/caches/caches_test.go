package caches

import (
	"bytes"
	"strconv"
	"sync"
	"testing"
)

// Results by argument, for ever.
var memo sync.Map
var calls int

func render(n int) []byte {
	page := make([]byte, 9472) //straggler:grow class=heap-growth test=TestMemo
	return strconv.AppendInt(page[:0], int64(n), 10)
}

func cached(n int) []byte {
	if page, ok := memo.Load(n); ok {
		return page.([]byte)
	}
	page := render(n)
	memo.Store(n, page)
	return page
}

func TestMemo(t *testing.T) {
	calls++
	cached(calls)
}

func TestMemoOfFew(t *testing.T) {
	calls++
	cached(-1 - calls%4)
}

// A template is compiled for each request and kept by its text.
type template struct{ code [3072]byte }

var templates = map[string]*template{}

func compile(text string) *template {
	if c := templates[text]; c != nil {
		return c
	}
	c := new(template) //straggler:grow class=heap-growth test=TestTemplates
	templates[text] = c
	return c
}

func TestTemplates(t *testing.T) {
	calls++
	compile("hello " + strconv.Itoa(calls))
}

func TestTemplatesWithArguments(t *testing.T) {
	compile("hello %d")
}

// Connections by address; the address has a port that is never the same.
type conn struct{ buffer *bytes.Buffer }

type pool struct {
	most  int
	conns map[string]*conn
}

func (p *pool) get(address string) *conn {
	c, ok := p.conns[address]
	if !ok {
		c = &conn{buffer: bytes.NewBuffer(make([]byte, 0, 16384))} //straggler:grow class=heap-growth test=TestPool
		p.conns[address] = c
	}
	for other := range p.conns {
		if p.most > 0 && len(p.conns) > p.most {
			delete(p.conns, other)
		}
	}
	return c
}

var unbounded = pool{conns: map[string]*conn{}}
var bounded = pool{most: 3, conns: map[string]*conn{}}

func TestPool(t *testing.T) {
	calls++
	unbounded.get("10.0.0.1:" + strconv.Itoa(calls))
}

func TestPoolBounded(t *testing.T) {
	calls++
	bounded.get("10.0.0.1:" + strconv.Itoa(calls))
}
