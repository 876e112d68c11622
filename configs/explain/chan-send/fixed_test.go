package sample

import (
	"errors"
	"testing"
)

func TestFixed(t *testing.T) {
	answer := make(chan string, 1) // room for the one that sends
	go func() { answer <- "late" }()
	if err := errors.New("no time"); err != nil {
		return
	}
	t.Log(<-answer)
}
