package exits

import (
	"fmt"
	"os"
	"testing"
)

func TestExits(t *testing.T) {
	t.Log("a log")
	fmt.Print("no line end before the exit")
	os.Exit(3)
}
