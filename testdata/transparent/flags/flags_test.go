// Package flags has flags and arguments of its own.
package flags

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

var custom = flag.String("custom", "default", "a flag of the test")

func TestFlags(t *testing.T) {
	fmt.Println("custom", *custom, "arguments", strings.Join(flag.Args(), " "))
	flag.Visit(func(f *flag.Flag) {
		if f.Name != "test.trace" && f.Name != "test.testlogfile" {
			fmt.Println(f.Name, f.Value)
		}
	})
}
