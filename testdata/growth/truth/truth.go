// Package truth tells how much memory is live when the tests are over, by the runtime's own count.
package truth

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// Main runs the tests and writes the number of bytes to the file that GROWTH_TRUTH names.
func Main(m *testing.M) {
	code := m.Run()
	if path := os.Getenv("GROWTH_TRUTH"); path != "" {
		var stats runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&stats)
		if err := os.WriteFile(path, fmt.Appendln(nil, stats.HeapAlloc), 0o600); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}
