package bench

import "testing"

// A benchmark runs once with one iteration, then again with three.
//
//straggler:args -bench=. -benchtime=3x

func TestPack(t *testing.T) { Pack(make([]byte, 8)) }

func BenchmarkPack(b *testing.B) {
	for range b.N {
		Pack(make([]byte, 8))
	}
}

func BenchmarkPackRead(b *testing.B) {
	for range b.N {
		Pack(make([]byte, 8)).Bytes()
	}
}

func BenchmarkSizes(b *testing.B) {
	Pack(nil)
	b.Run("small", func(b *testing.B) {
		for range b.N {
			Pack(make([]byte, 8))
		}
	})
	b.Run("large", func(b *testing.B) {
		for range b.N {
			Pack(make([]byte, 1<<16))
			Pack(make([]byte, 1<<16))
		}
	})
	b.Run("read", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				Pack(make([]byte, 8)).Bytes()
			}
		})
	})
}
