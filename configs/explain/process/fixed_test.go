package sample

import (
	"context"
	"os/exec"
	"testing"
)

func TestFixed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, "sleep", "20")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	cancel()
	command.Wait()
}
