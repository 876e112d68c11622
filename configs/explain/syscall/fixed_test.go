package sample

import (
	"os"
	"testing"
)

func TestFixed(t *testing.T) {
	reader, writer, err := os.Pipe() // ends with its file, a raw descriptor does not
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); writer.Close() })
	go reader.Read(make([]byte, 1))
}
