//go:build go1.25

package attr

import "testing"

func TestAttr(t *testing.T) {
	t.Attr("key", "a value")
	t.Run("sub", func(t *testing.T) {
		t.Attr("inner", "value")
		t.Error("in sub")
	})
}
