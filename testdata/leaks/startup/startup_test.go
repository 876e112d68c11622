package startup

import (
	"testing"
	"time"
)

func TestEmit(t *testing.T) {
	Emit("a")
	time.Sleep(90 * time.Millisecond)
}

func TestEmitLater(t *testing.T) {
	gate := make(chan struct{})
	EmitLater("a", gate)
	close(gate)
}

func TestEmitNever(t *testing.T) { EmitLater("a", make(chan struct{})) }
