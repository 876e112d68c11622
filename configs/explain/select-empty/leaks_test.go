package sample

import "testing"

func TestLeaks(t *testing.T) {
	started := make(chan bool)
	go func() {
		close(started)
		select {} // for ever
	}()
	<-started
}
