package sample

import (
	"os/exec"
	"testing"
)

func TestLeaks(t *testing.T) {
	if err := exec.Command("sleep", "20").Start(); err != nil {
		t.Fatal(err)
	}
}
