package withc

import "testing"

func TestSeven(t *testing.T) {
	if Seven() != 7 {
		t.Fatal()
	}
}
