package fail

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestNested(t *testing.T) {
	t.Cleanup(func() { t.Log("cleanup of TestNested") })
	t.Log("before\nand a second line")
	fmt.Println("printed before")
	t.Run("a", func(t *testing.T) {
		t.Log("in a")
		t.Run("b/c", func(t *testing.T) {
			t.Error("first\nsecond\n\nfourth")
			t.Errorf("\n\tError Trace:\tx.go:1\n")
			fmt.Fprintln(os.Stderr, "printed to stderr in b/c")
			t.Log("")
			t.Fatal("fatal")
		})
		t.Run("passes", func(t *testing.T) { t.Log("nobody sees this without -v") })
		t.Log("after b/c")
	})
	fmt.Println("printed between")
	fmt.Println("        eight spaces, not a log")
	t.Run("skips", func(t *testing.T) { t.Skip("reason") })
	t.Run("a", func(t *testing.T) { t.Error("the second a") })
	t.Log("end")
}

func TestPasses(t *testing.T) {
	t.Log("a log of a test that passes")
	fmt.Println("a print of a test that passes")
	fmt.Println("    four spaces")
	fmt.Println("=== RUN   TestFake")
	fmt.Println("--- FAIL: TestFake (0.00s)")
	fmt.Println("PASSED? FAILED?")
}

func TestLong(t *testing.T) {
	t.Log(strings.Repeat("log ", 2000))
	fmt.Println(strings.Repeat("print ", 2000))
	t.Error(strings.Repeat("error\n", 300))
}

func TestNoNewline(t *testing.T) {
	fmt.Print("no line end")
}

func TestOnlyFails(t *testing.T) {
	t.Fail()
}

func TestLongName(t *testing.T) {
	t.Run(strings.Repeat("name", 300), func(t *testing.T) { t.Error("of the long name") })
}
