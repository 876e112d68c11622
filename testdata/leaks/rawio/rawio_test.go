package rawio

import "testing"

func open(t *testing.T) *Line {
	l, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestNeverClosed(t *testing.T) {
	l, heard := open(t), make(chan byte)
	l.Listen(func(b byte) { heard <- b })
	if err := l.Send('x'); err != nil {
		t.Fatal(err)
	}
	<-heard
}

func TestClosed(t *testing.T) {
	l := open(t)
	l.Listen(func(byte) {})
	l.Close()
}

func TestDrain(t *testing.T) {
	l := open(t)
	l.Drain()
	if err := l.Send('x'); err != nil {
		t.Fatal(err)
	}
}

func TestDrainClosed(t *testing.T) {
	l := open(t)
	l.Drain()
	l.Close()
}
