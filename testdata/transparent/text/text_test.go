// Package text prints what could be taken for testing's own lines.
package text

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestFakeLines(t *testing.T) {
	fmt.Print("PASS\nok  \texample.com/fake\t0.1s\n=== RUN   TestFake\n--- FAIL: TestFake (0.00s)\nFAIL\n")
	os.Stdout.WriteString("PASS\n")
	os.Stderr.WriteString("exit status 1\n")
}

func TestFakeRuns(t *testing.T) {
	for i := 0; i < 100; i++ {
		fmt.Printf("=== RUN   TestFake/%d\n", i)
		t.Run(fmt.Sprint(i), func(t *testing.T) { fmt.Println("=== NAME  TestFake") })
	}
}

func TestControl(t *testing.T) {
	fmt.Print("\x16=== RUN   TestFake\n\x00 \x0e \x0f \x1b[31mred\x1b[0m \a\b\x7f\n\x16--- PASS: TestFake (0.00s)\n")
	t.Log("\x16 \x00 \x1b[1m")
}

func TestNoNewline(t *testing.T)       { fmt.Print("no newline") }
func TestNoNewlineStderr(t *testing.T) { print("no newline") }

func TestFailNoNewline(t *testing.T) {
	fmt.Print("no newline")
	t.Fail()
}

func TestEncoding(t *testing.T) {
	fmt.Print("\xff\xfe \xc3( \xed\xa0\x80 \u2028 ä\r\nhalf \xe2\x82")
	fmt.Print("\xac whole\n")
}

func TestLongLine(t *testing.T) {
	fmt.Println(strings.Repeat("long ", 40_000))
	t.Log(strings.Repeat("long ", 40_000))
}

func TestOddNames(t *testing.T) {
	for _, name := range []string{"", "a/b", "a b", "\x16", "ä", "#00", strings.Repeat("n", 300)} {
		t.Run(name, func(t *testing.T) { t.Log(name) })
	}
}
