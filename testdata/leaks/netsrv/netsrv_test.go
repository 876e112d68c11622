package netsrv

import (
	"bufio"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// kept holds the other ends: a collection would close them.
var kept []any

func dial(t *testing.T, addr string) net.Conn {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); line != "hello\n" {
		t.Fatal(line, err)
	}
	return c
}

func listen(t *testing.T) *Server {
	s, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServerLeftOn(t *testing.T) {
	s := listen(t)
	kept = append(kept, dial(t, s.Addr()), dial(t, s.Addr()))
}

func TestServerClosed(t *testing.T) {
	s := listen(t)
	defer dial(t, s.Addr()).Close()
	defer dial(t, s.Addr()).Close()
	s.Close()
}

func TestClientCloses(t *testing.T) {
	s := listen(t)
	t.Cleanup(s.Close)
	dial(t, s.Addr()).Close()
}

func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	kept = append(kept, l)
	Follow(c, func(string) {})
}

func TestFollow(t *testing.T) {
	t.Run("os.Pipe", func(t *testing.T) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, w)
		Follow(r, func(string) {})
	})
	t.Run("io.Pipe", func(t *testing.T) {
		r, w := io.Pipe()
		kept = append(kept, w)
		Follow(r, func(string) {})
	})
	t.Run("net.Pipe", func(t *testing.T) {
		r, w := net.Pipe()
		kept = append(kept, w)
		Follow(r, func(string) {})
	})
	t.Run("closed", func(t *testing.T) {
		r, w := io.Pipe()
		Follow(r, func(string) {})
		w.Close()
	})
	t.Run("deadline", func(t *testing.T) {
		r, w := net.Pipe()
		kept = append(kept, w)
		if err := r.SetReadDeadline(time.Now().Add(80 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		Follow(r, func(string) {})
	})
}

func TestFill(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	kept = append(kept, r)
	Fill(w)
}

func TestFillClosed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	Fill(w)
	w.Close()
	r.Close()
}

func TestDatagrams(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	Datagrams(c, func([]byte) {})
}

func TestDatagramsClosed(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	Datagrams(c, func([]byte) {})
}
