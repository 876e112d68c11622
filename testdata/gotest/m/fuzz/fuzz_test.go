package fuzz

import "testing"

func FuzzSeeds(f *testing.F) {
	f.Add("good")
	f.Add("bad")
	f.Log("a log of the target")
	f.Fuzz(func(t *testing.T, s string) {
		t.Log("seed", s)
		if s == "bad" {
			t.Error("bad seed")
		}
	})
}
