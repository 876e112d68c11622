// Package files uses temporary folders.
package files

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestTempDir(t *testing.T) {
	dir := t.TempDir()
	fmt.Println(os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
}

func TestLeft(t *testing.T) {
	fmt.Println(os.WriteFile(filepath.Join(os.TempDir(), "left"), []byte("left"), 0o600))
}

func TestEmpty(t *testing.T) {
	entries, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	for _, e := range entries {
		if ok, _ := filepath.Match("go-build*", filepath.Base(e)); !ok {
			fmt.Println(e)
		}
	}
	fmt.Println(err)
}
