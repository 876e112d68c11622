// Package stdin reads its input.
package stdin

import (
	"fmt"
	"io"
	"os"
	"testing"
)

func TestRead(t *testing.T) {
	text, err := io.ReadAll(os.Stdin)
	fmt.Printf("%q %v\n", text, err)
}

// A goroutine still waits for input at the end.
func TestLeave(t *testing.T) { go os.Stdin.Read(make([]byte, 1)) }
