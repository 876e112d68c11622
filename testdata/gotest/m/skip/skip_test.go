package skip

import "testing"

func TestSkipA(t *testing.T) { t.SkipNow() }

func TestSkipB(t *testing.T) { t.Skip("b") }
