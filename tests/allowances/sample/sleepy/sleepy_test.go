package sleepy

import "testing"

func TestJanitor(t *testing.T) {
	Janitor()
}
