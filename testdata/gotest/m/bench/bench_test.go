package bench

import (
	"fmt"
	"testing"
)

func TestBesideBench(t *testing.T) {
	t.Log("a log")
	fmt.Println("a print")
}

func BenchmarkPlain(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkLogs(b *testing.B) {
	b.Log("a log")
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkSub(b *testing.B) {
	b.Log("a log above")
	b.Run("one", BenchmarkPlain)
	b.Run("two", func(b *testing.B) {
		for line := 0; line < 12; line++ {
			b.Log("line", line)
		}
	})
}

func BenchmarkSkips(b *testing.B) { b.Skip("no") }
