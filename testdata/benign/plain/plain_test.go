package plain

import "testing"

func TestSum(t *testing.T) {
	if s := Sum(1, 2, 3); s != 6 {
		t.Error(s)
	}
}

func TestSkipped(t *testing.T) { t.Skip("nothing to do") }
