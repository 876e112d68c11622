package ordinary

import (
	"fmt"
	"testing"
)

func TestPass(t *testing.T) {
	if Double(2) != 4 {
		t.Fatal("wrong")
	}
}

func TestFail(t *testing.T) { t.Errorf("got %d", Double(3)) }
func TestSkip(t *testing.T) { t.Skip("not today") }

func TestSubtests(t *testing.T) {
	for i := 0; i < 3; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) { t.Log(Double(i)) })
	}
}

func TestParallel(t *testing.T) {
	t.Run("only", func(t *testing.T) {
		t.Parallel()
		t.Log("parallel")
	})
}

func TestLeak(t *testing.T) {
	c := make(chan int)
	go func() { c <- Double(1) }()
}

func BenchmarkDouble(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Double(i)
	}
}

func FuzzDouble(f *testing.F) {
	f.Add(1)
	f.Add(2)
	f.Fuzz(func(t *testing.T, n int) {
		if Double(n) != n+n {
			t.Fatal("wrong")
		}
	})
}

func ExampleDouble() {
	fmt.Println(Double(21))
	// Output: 42
}
