package docs

import (
	"fmt"
	"testing"
)

func TestWords(t *testing.T) {
	if w := <-Words("one two"); w != "one" {
		t.Error(w)
	}
}

func ExampleWords() {
	fmt.Println(<-Words("one two"))
	// Output: one
}

func ExampleWords_first() {
	for w := range Words("one two") {
		fmt.Println(w)
		break
	}
	// Output: one
}

func ExampleWords_all() {
	for w := range Words("one two") {
		fmt.Println(w)
	}
	// Output:
	// one
	// two
}
