// Package output writes a lot.
package output

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
)

func TestLines(t *testing.T) {
	var block bytes.Buffer
	for i := 0; block.Len() < 20<<20; i++ {
		fmt.Fprintf(&block, "line %d of a long output %0200d\n", i, i)
	}
	os.Stdout.Write(block.Bytes())
}

func TestGigabyte(t *testing.T) {
	block := append(bytes.Repeat([]byte{'x'}, 1<<20-1), '\n')
	for i := 0; i < 1<<10; i++ {
		os.Stdout.Write(block)
	}
}

func TestLogs(t *testing.T) {
	for i := 0; i < 20_000; i++ {
		t.Log(strconv.Itoa(i))
	}
}

// Writers of whole equal lines, so that their order cannot be seen.
func TestWriters(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := 0; k < 100; k++ {
				os.Stdout.WriteString("a line\n")
			}
		}()
	}
	wg.Wait()
}
