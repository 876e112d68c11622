// Package mainruns runs its tests twice.
package mainruns

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	first := m.Run()
	fmt.Println("once more")
	second := m.Run()
	os.Exit(first + second)
}

func TestLeave(t *testing.T) {
	go func() { select {} }()
}

func TestFails(t *testing.T) {
	if os.Getenv("MAINRUNS_FAIL") != "" {
		t.Error("as asked")
	}
}
