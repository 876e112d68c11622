package sample

import (
	"net"
	"testing"
)

func TestLeaks(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go listener.Accept() // nobody connects, nobody closes
}
