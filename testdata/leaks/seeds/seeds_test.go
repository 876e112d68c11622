package seeds

import "testing"

func TestScan(t *testing.T) {
	t.Run("before", func(t *testing.T) { Scan(" ") })
	t.Run("none", func(t *testing.T) { <-Scan("none") })
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"", "a b", "ab", "x y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { Scan(s) })
}

func FuzzTarget(f *testing.F) {
	f.Add(1)
	Scan(" ")
	f.Fuzz(func(t *testing.T, n int) {})
}

func FuzzClean(f *testing.F) {
	f.Add("a b")
	f.Add("c")
	f.Fuzz(func(t *testing.T, s string) {
		for range Scan(s) {
		}
	})
}
