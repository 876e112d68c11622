package slow

import (
	"testing"
	"time"
)

func TestFast(t *testing.T) {}

func TestSlow(t *testing.T) {
	t.Log("waiting")
	t.Run("sub", func(t *testing.T) { time.Sleep(time.Minute) })
}
