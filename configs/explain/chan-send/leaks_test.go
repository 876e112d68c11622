package sample

import (
	"errors"
	"testing"
)

func TestLeaks(t *testing.T) {
	answer := make(chan string)
	go func() { answer <- "late" }() // nobody takes it
	if err := errors.New("no time"); err != nil {
		return
	}
	t.Log(<-answer)
}
