package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
)

// A capture is one stream of output: whole up to keptWhole, else the hash of
// its masked lines.
type capture struct {
	buf  bytes.Buffer
	sum  hash.Hash
	size int64
}

func (c *capture) Write(p []byte) (int, error) {
	c.buf.Write(p)
	if c.sum == nil && c.buf.Len() > keptWhole {
		c.sum = sha256.New()
	}
	if c.sum != nil {
		c.hashLines()
	}
	return len(p), nil
}

func (c *capture) hashLines() {
	for {
		end := bytes.IndexByte(c.buf.Bytes(), '\n')
		if end < 0 {
			return
		}
		line := cleanLine(c.buf.Next(end + 1))
		c.size += int64(len(line))
		c.sum.Write(line)
	}
}

func (c *capture) text(of testCase) string {
	if c.sum == nil {
		return clean(of, c.buf.String())
	}
	return fmt.Sprintf("%d bytes with hash %x and %q", c.size, c.sum.Sum(nil), cleanLine(c.buf.Bytes()))
}
