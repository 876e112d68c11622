// Package pipeline is a line of stages that hand numbers on.
package pipeline

import "sync"

// Generate sends the numbers below n.
func Generate(n int) <-chan int {
	out := make(chan int)
	//straggler:leak class=chan-send detail=unbuffered count=1 test=TestTakeTwo owner=test
	//straggler:leak class=chan-send detail=unbuffered count=1 test=TestBufferedStage owner=test
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

// Square is a stage with room for size results.
func Square(in <-chan int, size int) <-chan int {
	out := make(chan int, size)
	//straggler:leak class=chan-send detail=unbuffered count=1 test=TestTakeTwo owner=test
	//straggler:leak class=chan-send detail="buffer-full 4/4" count=1 test=TestBufferedStage owner=test
	go func() {
		defer close(out)
		for v := range in {
			out <- v * v
		}
	}()
	return out
}

// Merge joins its inputs into one output, which is closed after the last of them.
func Merge(inputs ...<-chan int) <-chan int {
	out := make(chan int)
	var wg sync.WaitGroup
	for _, in := range inputs {
		wg.Add(1)
		go func() { //straggler:leak class=chan-receive count=1 test=TestMergeOpen owner=test
			defer wg.Done()
			for v := range in {
				out <- v
			}
		}()
	}
	go func() { //straggler:leak class=waitgroup detail="counter 1" count=1 test=TestMergeOpen owner=test
		wg.Wait()
		close(out)
	}()
	return out
}

// A Log keeps the last lines in a channel and writes them out in Flush.
type Log struct{ lines chan string }

func NewLog(size int) *Log { return &Log{make(chan string, size)} }

// Print does not block its caller; nobody may ever flush.
func (l *Log) Print(line string) {
	//straggler:leak class=chan-send detail="buffer-full 2/2" count=3 test=TestLogFull owner=test
	//straggler:leak class=chan-send detail="buffer-full 1/1" count=1 test=TestLogSmall owner=test
	go func() { l.lines <- line }()
}

func (l *Log) Flush() []string {
	var lines []string
	for {
		select {
		case s := <-l.lines:
			lines = append(lines, s)
		default:
			return lines
		}
	}
}
