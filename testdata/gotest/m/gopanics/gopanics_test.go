package gopanics

import "testing"

func TestGoroutinePanics(t *testing.T) {
	t.Log("a log that is lost without -v")
	done := make(chan bool)
	go func() {
		defer close(done)
		panic("goroutine panics")
	}()
	<-done
	select {}
}
