// Package group sums parts side by side.
package group

import "sync"

// Sum adds up the parts; a part that is never sent keeps its goroutine and
// whoever waits for the total.
func Sum(parts []chan int, total func(int)) {
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		sum int
	)
	for _, part := range parts {
		wg.Go(func() { //straggler:leak at=sync.(*WaitGroup).Go class=chan-receive count=2 owner=test test=TestPartsMissing
			v := <-part
			mu.Lock()
			defer mu.Unlock()
			sum += v
		})
	}
	go func() { //straggler:leak class=waitgroup detail="counter 2" count=1 owner=test test=TestPartsMissing
		wg.Wait()
		total(sum)
	}()
}
