// Package latemain tears down long enough that late goroutines do come to
// speak, and so change the result.
package latemain

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	time.Sleep(200 * time.Millisecond)
	fmt.Println("torn down")
	os.Exit(code)
}

func TestLog(t *testing.T) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		t.Log("late")
	}()
}

func TestPrint(t *testing.T) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		fmt.Println("late")
	}()
}

func TestPanic(t *testing.T) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		panic("late")
	}()
}
