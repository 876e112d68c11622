// Package docs splits a text into words.
package docs

import "strings"

// Words sends each word. It goes on only when the receiver does.
func Words(text string) <-chan string {
	out := make(chan string)
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=example test=ExampleWords
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=example test=ExampleWords_first
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestWords
	go func() {
		defer close(out)
		for _, w := range strings.Fields(text) {
			out <- w
		}
	}()
	return out
}
