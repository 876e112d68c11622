package external

import "testing"

func TestInside(t *testing.T) {
	go func() { Subscribe(0) }()
	var mute chan int
	go func() { <-mute }() //straggler:leak class=nil-channel detail=receive count=1 owner=test test=TestInside
}
