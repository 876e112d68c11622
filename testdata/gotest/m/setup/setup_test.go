package setup

import (
	"testing"

	_ "example.com/m/missing"
)

func TestNotLoaded(t *testing.T) {}
