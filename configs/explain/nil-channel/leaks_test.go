package sample

import "testing"

func TestLeaks(t *testing.T) {
	var results chan int // never made
	go func() { results <- 1 }()
}
