package alarms

import (
	"testing"

	"example.com/growth123/truth"
)

func TestMain(m *testing.M) { truth.Main(m) }
