package sample

import (
	"os"
	"path/filepath"
	"testing"
)

func writeLog(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString("started\n")
	return err
}

func TestLeaks(t *testing.T) {
	if err := writeLog(filepath.Join(t.TempDir(), "log")); err != nil {
		t.Fatal(err)
	}
}
