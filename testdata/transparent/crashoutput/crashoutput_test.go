//go:build go1.23

// Package crashoutput keeps a file that the runtime writes crashes to.
package crashoutput

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"
)

func set(t *testing.T) {
	f, err := os.Create(os.TempDir() + "/crash")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(debug.SetCrashOutput(f, debug.CrashOptions{}))
	f.Close()
}

func TestLeave(t *testing.T) {
	set(t)
	go func() { select {} }()
}

func TestPanic(t *testing.T) {
	set(t)
	panic("into the file as well")
}
