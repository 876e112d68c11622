package sample

import "testing"

func TestFixed(t *testing.T) {
	started, done := make(chan bool), make(chan bool)
	t.Cleanup(func() { close(done) })
	go func() {
		close(started)
		<-done
	}()
	<-started
}
