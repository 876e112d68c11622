// Package hang waits to be ended from outside. It says so with a file.
package hang

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

func ready(t *testing.T) {
	if err := os.WriteFile(os.TempDir()+"/ready", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

func TestHang(t *testing.T) { ready(t) }

func TestHangWithChild(t *testing.T) {
	if err := exec.Command("sleep", "2").Start(); err != nil {
		t.Fatal(err)
	}
	ready(t)
}

// Spins so that it would live on unharmed without its watcher.
func TestSpin(t *testing.T) {
	go func() {
		for {
		}
	}()
	ready(t)
}
