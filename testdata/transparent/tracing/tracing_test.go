// Package tracing uses the tracer itself. What trace.Start returns is not
// looked at: it is an error under any other trace.
package tracing

import (
	"fmt"
	"io"
	"runtime/trace"
	"testing"
)

func TestStartAndStop(t *testing.T) {
	trace.Start(io.Discard)
	trace.Stop()
}

func TestStopOnly(t *testing.T)  { trace.Stop() }
func TestStartOnly(t *testing.T) { trace.Start(io.Discard) }

func TestAgain(t *testing.T) {
	for i := 0; i < 20; i++ {
		trace.Start(io.Discard)
		trace.Stop()
	}
	go func() { select {} }()
	fmt.Println("went on")
}
