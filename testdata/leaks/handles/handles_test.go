//straggler:args --second-look=always
package handles

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func empty(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFirst(t *testing.T) {
	if _, err := First(empty(t)); err != errEmpty {
		t.Error(err)
	}
}

func TestFirstFixed(t *testing.T) {
	if _, err := FirstFixed(empty(t)); err != errEmpty {
		t.Error(err)
	}
}

func TestRotate(t *testing.T) {
	l := Log{dir: t.TempDir()}
	for _, day := range []string{"monday", "tuesday", "wednesday"} {
		if err := l.Rotate(day); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
}

func TestRotateFixed(t *testing.T) {
	l := Log{dir: t.TempDir()}
	for _, day := range []string{"monday", "tuesday", "wednesday"} {
		if err := l.RotateFixed(day); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
}

func TestReserve(t *testing.T) {
	if port, err := Reserve(); port == 0 {
		t.Error(err)
	}
}

func TestReserveFixed(t *testing.T) {
	if port, err := ReserveFixed(); port == 0 {
		t.Error(err)
	}
}

func neighbour(t *testing.T) string {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.LocalAddr().String()
}

func TestAnnounce(t *testing.T) {
	if err := Announce(neighbour(t)); err != nil {
		t.Error(err)
	}
}

func TestAnnounceFixed(t *testing.T) {
	if err := AnnounceFixed(neighbour(t)); err != nil {
		t.Error(err)
	}
}

// What it prints is read only up to what was asked for.
func TestCapture(t *testing.T) { //straggler:leak class=fd detail=pipe count=1 owner=test test=TestCapture
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString("hello"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 5)); err != nil {
		t.Error(err)
	}
}

func TestCaptureFixed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("hello"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 5)); err != nil {
		t.Error(err)
	}
}
