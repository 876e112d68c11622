package sample

import "testing"

func TestFixed(t *testing.T) {
	jobs, stop := make(chan int), make(chan bool)
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-jobs:
			case <-stop:
				return
			}
		}
	}()
	jobs <- 1
}
