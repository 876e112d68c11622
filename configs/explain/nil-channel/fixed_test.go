package sample

import "testing"

func TestFixed(t *testing.T) {
	results := make(chan int, 1)
	go func() { results <- 1 }()
	<-results
}
