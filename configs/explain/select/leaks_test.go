package sample

import "testing"

func TestLeaks(t *testing.T) {
	jobs, stop := make(chan int), make(chan bool)
	go func() {
		for {
			select {
			case <-jobs:
			case <-stop: // nobody tells it to
				return
			}
		}
	}()
	jobs <- 1
}
