// Package seeds scans a text for tokens.
package seeds

// Scan sends the offsets of spaces, and of the end only when the text has one.
func Scan(text string) <-chan int {
	out := make(chan int)
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=fuzz test=FuzzScan/seed#1
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=fuzz test=FuzzScan/seed#3
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=fuzz test=FuzzScan/two_spaces
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=fuzz test=FuzzTarget
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestScan/before
	go func() {
		defer close(out)
		for i, c := range text {
			if c == ' ' {
				out <- i
			}
		}
	}()
	return out
}
