package external_test

import (
	"testing"

	"example.com/leaks/external"
)

func TestSubscribe(t *testing.T) { <-external.Subscribe(3) }

func TestSubscribeAll(t *testing.T) {
	for out, n := external.Subscribe(3), 0; n < 3; n++ {
		<-out
	}
}

func TestOwn(t *testing.T) {
	hold := make(chan bool)
	t.Run("sub", func(t *testing.T) {
		go func() { <-hold }() //straggler:leak class=chan-receive count=1 owner=test test=TestOwn/sub
	})
}
