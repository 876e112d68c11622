package sample

import (
	"sync"
	"testing"
	"time"
)

type frame struct{ pixels [1 << 20]byte }

// Each call has a copy of all pixels on the stack of its goroutine.
func (f frame) show(screen *sync.Mutex) byte {
	screen.Lock()
	defer screen.Unlock()
	time.Sleep(time.Millisecond) // the screen is slow
	return f.pixels[0]
}

func TestLeaks(t *testing.T) {
	var f frame
	var screen sync.Mutex
	var all sync.WaitGroup
	for range 32 {
		all.Add(1)
		go func() {
			defer all.Done()
			f.show(&screen)
		}()
	}
	all.Wait()
}
