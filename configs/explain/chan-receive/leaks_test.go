package sample

import "testing"

func TestLeaks(t *testing.T) {
	jobs := make(chan int)
	go func() {
		for range jobs { // nobody closes jobs
		}
	}()
	jobs <- 1
}
