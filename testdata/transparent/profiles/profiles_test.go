// Package profiles profiles itself.
package profiles

import (
	"bytes"
	"fmt"
	"os"
	"runtime/pprof"
	"testing"
)

func TestCPU(t *testing.T) {
	var out bytes.Buffer
	fmt.Println(pprof.StartCPUProfile(&out))
	pprof.StopCPUProfile()
	fmt.Println(out.Len() > 0)
}

func TestHeap(t *testing.T) {
	var out bytes.Buffer
	fmt.Println(pprof.Lookup("heap").WriteTo(&out, 0), out.Len() > 0)
}

// Still running at the end.
func TestCPUForGood(t *testing.T) {
	f, _ := os.Create(os.DevNull)
	fmt.Println(pprof.StartCPUProfile(f))
}
