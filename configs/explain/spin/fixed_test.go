package sample

import "testing"

func TestFixed(t *testing.T) {
	ready := make(chan bool)
	go func() { <-ready }()
	close(ready)
}
