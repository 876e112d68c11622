package broken

import "testing"

func TestNotBuilt(t *testing.T) {
	undefined()
}
