package latepanic

import (
	"testing"
	"time"
)

//straggler:norace
//straggler:part

func TestVerify(t *testing.T) {
	x := &Index{map[string][]int{"go": {1, 2}}}
	x.Verify(40*time.Millisecond, func(int) {})
}

func TestVerifyEmpty(t *testing.T) {
	t.Run("word without pages", func(t *testing.T) {
		x := &Index{map[string][]int{"go": {}}}
		x.Verify(300*time.Millisecond, func(int) {})
	})
}
