package benchfail

import "testing"

func BenchmarkFirst(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkFails(b *testing.B) {
	b.Log("a log")
	b.Error("an error")
}
