package pipeline

import (
	"testing"
	"time"
)

func TestTakeTwo(t *testing.T) {
	squares := Square(Generate(100), 0)
	if a, b := <-squares, <-squares; a != 0 || b != 1 {
		t.Error(a, b)
	}
}

func TestTakeAll(t *testing.T) {
	n := 0
	for range Square(Generate(100), 3) {
		n++
	}
	if n != 100 {
		t.Error(n)
	}
}

func TestBufferedStage(t *testing.T) {
	squares := Square(Generate(100), 4)
	if a := <-squares; a != 0 {
		t.Error(a)
	}
}

func TestMergeOpen(t *testing.T) {
	open := make(chan int)
	out := Merge(Generate(1), open)
	if v := <-out; v != 0 {
		t.Error(v)
	}
}

func TestMergeClosed(t *testing.T) {
	sum := 0
	for v := range Merge(Generate(4), Generate(3)) {
		sum += v
	}
	if sum != 9 {
		t.Error(sum)
	}
}

func TestLogFull(t *testing.T) {
	l := NewLog(2)
	for range 5 {
		l.Print("line")
	}
}

func TestLogSmall(t *testing.T) {
	l := NewLog(1)
	l.Print("a")
	l.Print("b")
}

func TestLogFlushed(t *testing.T) {
	l := NewLog(2)
	for range 3 {
		l.Print("line")
	}
	for n := 0; n < 3; n += len(l.Flush()) {
		time.Sleep(time.Millisecond)
	}
}
