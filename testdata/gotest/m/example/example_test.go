package example

import "fmt"

func Example() {
	fmt.Println("right")
	// Output: right
}

func Example_wrong() {
	fmt.Println("wrong")
	// Output: right
}
