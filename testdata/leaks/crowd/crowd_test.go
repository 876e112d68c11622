package crowd

import (
	"fmt"
	"sync"
	"testing"
)

// Three kinds of subtests, 67 of each, started by as many goroutines at once.
func TestCrowd(t *testing.T) {
	kinds := []struct {
		name string
		call func(*Call)
	}{{"once", (*Call).Once}, {"twice", (*Call).Twice}, {"answered", (*Call).Answered}}
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range 67 {
		for _, kind := range kinds {
			wg.Add(1)
			go func() {
				defer wg.Done()
				<-begin
				t.Run(fmt.Sprintf("%s-%d", kind.name, i), func(t *testing.T) { kind.call(New()) })
			}()
		}
	}
	close(begin)
	wg.Wait()
}
