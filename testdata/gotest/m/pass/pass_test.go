package pass

import (
	"fmt"
	"testing"
)

func TestLogs(t *testing.T) {
	t.Log("before")
	fmt.Println("printed in TestLogs")
	t.Run("sub", func(t *testing.T) {
		t.Log("in sub")
		t.Run("with/slash", func(t *testing.T) { t.Log("deep\nsecond line") })
	})
	t.Log("after")
}

func TestSkip(t *testing.T) {
	t.Skip("not today")
}

func TestHalf(t *testing.T) {
	if Half(4) != 2 {
		t.Fatal("no half")
	}
}
