//straggler:args --second-look=always

// Package handles opens things once and for all, and what a goroutine will close in a moment.
package handles

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A log that is opened when it is first used.
var logFile = sync.OnceValue(func() *os.File {
	f, err := os.CreateTemp("", "handles")
	if err != nil {
		panic(err)
	}
	os.Remove(f.Name())
	return f
})

func TestLogs(t *testing.T) {
	logFile().WriteString("one\n")
}

func TestLogsMore(t *testing.T) {
	logFile().WriteString("two\n")
}

// Pages are read from a pool of open files that never grows above two.
var pool struct {
	sync.Mutex
	files []*os.File
}

func TestPool(t *testing.T) {
	pool.Lock()
	defer pool.Unlock()
	for len(pool.files) < 2 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		pool.files = append(pool.files, f)
	}
}

// A port of this process that all tests share.
var shared = sync.OnceValue(func() net.PacketConn {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return c
})

func TestShared(t *testing.T) {
	if shared().LocalAddr() == nil {
		t.Error("no address")
	}
}

// Connections are dialled when it is their turn for the first time, up to eight.
var ring struct {
	sync.Mutex
	conns [8]net.Conn
	next  int
}

var silent = sync.OnceValue(func() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return l
})

func TestRing(t *testing.T) {
	ring.Lock()
	defer ring.Unlock()
	if ring.conns[ring.next] == nil {
		c, err := net.Dial("tcp", silent().Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ring.conns[ring.next] = c
	}
	ring.next = (ring.next + 1) % len(ring.conns)
}

// Its goroutine closes the file, a moment later.
func TestClosesLate(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "late"))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		f.Close()
	}()
}

// Data that goes from connection to connection goes through a pipe that is kept.
func TestSplice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() (net.Conn, net.Conn) {
		a, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	from, in := dial()
	out, to := dial()
	from.Write([]byte("hello"))
	from.Close()
	if n, err := io.Copy(out, in); n != 5 || err != nil {
		t.Error(n, err)
	}
	in.Close()
	out.Close()
	to.Close()
}

// It has ended by itself before anybody could ask.
func TestChild(t *testing.T) {
	if err := exec.Command("sleep", "0.1").Start(); err != nil {
		t.Fatal(err)
	}
}

// One helper for all tests, which lives as long as they do.
var helper = sync.OnceValue(func() *exec.Cmd {
	cmd := exec.Command("sleep", "5")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return cmd
})

func TestHelper(t *testing.T) {
	if helper().Process == nil {
		t.Error("no process")
	}
}
