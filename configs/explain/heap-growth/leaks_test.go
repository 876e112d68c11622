package sample

import (
	"bytes"
	"testing"
)

var magics [][]byte

func TestLeaks(t *testing.T) {
	page := bytes.Repeat([]byte("x"), 4096)
	magics = append(magics, page[:4]) // four bytes, and the page that they are in
}
