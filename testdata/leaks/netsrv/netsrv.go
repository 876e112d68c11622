// Package netsrv is an echo server, and clients that never give up.
package netsrv

import (
	"bufio"
	"io"
	"net"
	"os"
)

// A Server echoes lines. Close ends it and its connections.
type Server struct {
	l     net.Listener
	conns chan net.Conn
}

func Listen() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{l, make(chan net.Conn, 16)}
	go s.accept() //straggler:leak class=io count=1 test=TestServerLeftOn owner=test fact="it waits for connections to 127.0.0.1:*; no deadline is set"
	return s, nil
}

func (s *Server) Addr() string { return s.l.Addr().String() }

func (s *Server) accept() {
	defer close(s.conns)
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		s.conns <- c
		//straggler:leak class=io count=2 test=TestServerLeftOn owner=test fact="one of them waits to read from 127.0.0.1:*, which has not closed the connection: its end is open in the same process; no read deadline is set"
		go echo(c)
	}
}

// echo sets no deadline: a silent client keeps it for ever.
func echo(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
	}
}

func (s *Server) Close() {
	s.l.Close()
	for c := range s.conns {
		c.Close()
	}
}

// Follow calls f with each line that r yields.
func Follow(r io.Reader, f func(string)) {
	//straggler:leak class=io count=1 test=TestSilentServer owner=test fact="it waits to read from 127.0.0.1:*, which has not accepted the connection; no read deadline is set"
	//straggler:leak class=io count=1 test=TestFollow/os.Pipe owner=test fact="it waits to read from a pipe whose other end is open in the same process; no read deadline is set"
	//straggler:leak class=io count=1 test=TestFollow/io.Pipe owner=test
	//straggler:leak class=io count=1 test=TestFollow/net.Pipe owner=test
	go func() {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			f(lines.Text())
		}
	}()
}

// Fill writes to w, which nobody empties, until it is full.
func Fill(w *os.File) {
	//straggler:leak class=io count=1 test=TestFill owner=test fact="it waits to write to a pipe whose other end is open in the same process; no write deadline is set"
	go func() {
		block := make([]byte, 1<<16)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}()
}

// Datagrams waits for packets.
func Datagrams(c net.PacketConn, f func([]byte)) {
	//straggler:leak class=io count=1 test=TestDatagrams owner=test fact="it waits for packets to 127.0.0.1:*; no read deadline is set"
	go func() {
		packet := make([]byte, 1500)
		for {
			n, _, err := c.ReadFrom(packet)
			if err != nil {
				return
			}
			f(packet[:n])
		}
	}()
}
