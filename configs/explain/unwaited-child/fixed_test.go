package sample

import (
	"os/exec"
	"testing"
)

func TestFixed(t *testing.T) {
	command := exec.Command("sleep", "20")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
}
