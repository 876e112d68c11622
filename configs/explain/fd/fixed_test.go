package sample

import (
	"os"
	"path/filepath"
	"testing"
)

func writeAndClose(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString("started\n")
	return err
}

func TestFixed(t *testing.T) {
	if err := writeAndClose(filepath.Join(t.TempDir(), "log")); err != nil {
		t.Fatal(err)
	}
}
