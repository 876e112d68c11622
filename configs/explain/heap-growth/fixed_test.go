package sample

import (
	"bytes"
	"slices"
	"testing"
)

var copies [][]byte

func TestFixed(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 4096)
	copies = append(copies, slices.Clone(page[:4]))
	if len(copies) > 8 {
		copies = copies[:0]
	}
}
