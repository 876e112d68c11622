package parallel

import (
	"fmt"
	"testing"
	"time"
)

var first = make(chan bool)

func TestFirst(t *testing.T) {
	t.Cleanup(func() { close(first) })
	t.Parallel()
	t.Log("log of first")
	t.Error("first fails")
	for _, name := range []string{"x", "y"} {
		t.Run(name, func(t *testing.T) { t.Errorf("%s fails", name) })
	}
}

func TestSequential(t *testing.T) {
	t.Log("log of sequential")
	fmt.Println("print of sequential")
}

func TestSecond(t *testing.T) {
	t.Parallel()
	<-first
	// What a test says is printed just after its last cleanup.
	time.Sleep(500 * time.Millisecond)
	t.Log("log of second")
	t.Run("group", func(t *testing.T) {
		t.Parallel()
		t.Error("group fails")
	})
}
