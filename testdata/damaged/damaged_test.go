// Package damaged puts something else in place of the heap profile that it was to write: DAMAGE says
// what.
package damaged

import (
	"bytes"
	"compress/gzip"
	"flag"
	"os"
	"runtime/pprof"
	"syscall"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	path := flag.Lookup("test.memprofile").Value.String()
	if damage := damages[os.Getenv("DAMAGE")]; damage != nil && path != "" {
		if err := damage(path); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func TestQuiet(*testing.T) {}

var damages = map[string]func(path string) error{
	"gone":   os.Remove,
	"empty":  func(path string) error { return os.Truncate(path, 0) },
	"sparse": func(path string) error { return os.Truncate(path, 1<<40) },
	"cut": func(path string) error {
		all, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, all[:len(all)/2], 0o600)
	},
	"folder": func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return os.Mkdir(path, 0o700)
	},
	"fifo": func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return syscall.Mkfifo(path, 0o600)
	},
	"text": func(path string) error { return os.WriteFile(path, []byte("mode: set\n"), 0o600) },
	"goroutines": func(path string) error {
		var b bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&b, 0); err != nil {
			return err
		}
		return os.WriteFile(path, b.Bytes(), 0o600)
	},
	"zeros":   func(path string) error { return repeat(path, []byte{0}, 1<<30) },
	"samples": func(path string) error { return repeat(path, []byte{0x12, 0}, 200<<20) },
	"texts":   func(path string) error { return repeat(path, []byte{0x32, 0}, 200<<20) },
}

// repeat compresses a few bytes again and again, until they are so many.
func repeat(path string, some []byte, size int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	chunk := bytes.Repeat(some, (1<<20)/len(some))
	w, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	for ; size > 0; size -= len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	return w.Close()
}
