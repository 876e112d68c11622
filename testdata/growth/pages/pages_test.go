package pages

import (
	"bytes"
	"slices"
	"testing"
)

const pageSize = 8192

// A store that remembers the magic number of each page it saw.
type store struct{ magics [][]byte }

func readPage(n byte) []byte {
	return bytes.Repeat([]byte{n}, pageSize) //straggler:grow class=heap-growth test=TestMagics
}

func (s *store) add(page []byte)   { s.magics = append(s.magics, page[:4]) }
func (s *store) clone(page []byte) { s.magics = append(s.magics, slices.Clone(page[:4])) }

var magics, clones store

func TestMagics(t *testing.T) {
	magics.add(readPage(1))
}

func TestMagicsCloned(t *testing.T) {
	clones.clone(bytes.Repeat([]byte{1}, pageSize))
}

// A tokenizer whose last token is a part of the whole input.
type tokenizer struct{ last [][]byte }

func (k *tokenizer) scan(input []byte, keep func([]byte) []byte) {
	fields := bytes.Fields(input)
	k.last = append(k.last, keep(fields[len(fields)-1]))
}

var tokens, copied tokenizer

func input() []byte {
	text := make([]byte, 0, 2*pageSize) //straggler:grow class=heap-growth test=TestTokens
	for len(text) < 2*pageSize-8 {
		text = append(text, "word "...)
	}
	return text
}

func TestTokens(t *testing.T) {
	tokens.scan(input(), func(b []byte) []byte { return b })
}

func TestTokensCopied(t *testing.T) {
	copied.scan(input(), func(b []byte) []byte { return append([]byte(nil), b...) })
}

// Samples of which the newest is shown: the batch that it came in stays with it.
type sample struct{ at, value int64 }

var newest, newestCopied []*sample

func batch() []sample {
	return make([]sample, 512) //straggler:grow class=heap-growth test=TestNewest
}

func TestNewest(t *testing.T) {
	b := batch()
	newest = append(newest, &b[len(b)-1])
}

func TestNewestCopied(t *testing.T) {
	b := batch()
	last := b[len(b)-1]
	newestCopied = append(newestCopied, &last)
}
