package singleton

import "testing"

// The first test that uses the writer owns it, whoever leans on it later.

func TestFirst(t *testing.T) {
	if writer != nil {
		t.Error("started too early")
	}
}

func TestSecond(t *testing.T) { Shared().Write("a") }

func TestThird(t *testing.T) { Shared().Write("b") }

func TestFourth(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		t.Parallel()
		Shared().Write("c")
	})
}
