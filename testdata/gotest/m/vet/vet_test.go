package vet

import (
	"fmt"
	"testing"
)

func TestNotVetted(t *testing.T) {
	fmt.Printf("%d\n", "text")
}
