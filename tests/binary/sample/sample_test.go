package sample

import (
	"testing"
	"time"
)

func TestTimer(t *testing.T) { <-time.After(time.Millisecond) }
