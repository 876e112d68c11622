package panics

import (
	"fmt"
	"testing"
)

func TestBefore(t *testing.T) {
	t.Log("passes")
}

func TestPanics(t *testing.T) {
	t.Log("a log before the panic")
	fmt.Println("a print before the panic")
	t.Run("sub", func(t *testing.T) {
		t.Log("a log in sub")
		panic("sub panics")
	})
}

func TestNever(t *testing.T) {}
