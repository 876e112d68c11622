// Reads a trace with golang.org/x/exp/trace and prints how many events it has.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/exp/trace"
)

func main() {
	r, err := trace.NewReader(bufio.NewReaderSize(os.Stdin, 1<<20))
	events := 0
	for err == nil {
		if _, err = r.ReadEvent(); err == nil {
			events++
		}
	}
	if !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(events)
}
