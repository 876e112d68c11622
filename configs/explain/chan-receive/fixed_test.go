package sample

import "testing"

func TestFixed(t *testing.T) {
	jobs := make(chan int)
	defer close(jobs) // the last sender closes it
	go func() {
		for range jobs {
		}
	}()
	jobs <- 1
}
