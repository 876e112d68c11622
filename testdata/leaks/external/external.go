// Package external counts subscribers.
package external

// Subscribe returns a channel on which each subscriber sends once.
func Subscribe(n int) <-chan int {
	out := make(chan int)
	for i := range n {
		go func() { out <- i }() //straggler:leak class=chan-send detail=unbuffered count=2 owner=test test=TestSubscribe
	}
	return out
}
