//straggler:args --second-look=always
package daemons

import "testing"

func TestForgets(t *testing.T) {
	if _, err := Start("21"); err != nil {
		t.Fatal(err)
	}
}

func TestStops(t *testing.T) {
	h, err := Start("21")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
}

func TestCrew(t *testing.T) {
	if err := Crew(3); err == nil {
		t.Error("not killed")
	}
}

func TestRelease(t *testing.T) {
	if err := Release(); err != nil {
		t.Fatal(err)
	}
}
