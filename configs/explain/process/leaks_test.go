package sample

import (
	"os/exec"
	"testing"
)

func TestLeaks(t *testing.T) {
	command := exec.Command("sleep", "20")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go command.Wait()
}
