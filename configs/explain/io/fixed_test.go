package sample

import (
	"net"
	"testing"
)

func TestFixed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go listener.Accept()
}
