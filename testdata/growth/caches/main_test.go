package caches

import (
	"testing"

	"example.com/growth/truth"
)

func TestMain(m *testing.M) { truth.Main(m) }
