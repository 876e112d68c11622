package group

import "testing"

func parts(n int) []chan int {
	p := make([]chan int, n)
	for i := range p {
		p[i] = make(chan int)
	}
	return p
}

func TestPartsMissing(t *testing.T) {
	p := parts(3)
	Sum(p, func(int) {})
	p[1] <- 1
}

func TestPartsComplete(t *testing.T) {
	p := parts(3)
	total := make(chan int)
	Sum(p, func(v int) { total <- v })
	for i, c := range p {
		c <- i
	}
	if v := <-total; v != 3 {
		t.Error(v)
	}
}
