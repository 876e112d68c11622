package sample

import (
	"sync"
	"testing"
	"time"
)

type image struct{ pixels [1 << 20]byte }

// All calls share one image.
func (m *image) show(screen *sync.Mutex) byte {
	screen.Lock()
	defer screen.Unlock()
	time.Sleep(time.Millisecond) // the screen is slow
	return m.pixels[0]
}

func TestFixed(t *testing.T) {
	var m image
	var screen sync.Mutex
	var all sync.WaitGroup
	for range 32 {
		all.Add(1)
		go func() {
			defer all.Done()
			m.show(&screen)
		}()
	}
	all.Wait()
}
