// Package exitmain ends in TestMain, as EXITMAIN says.
package exitmain

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"testing"
)

func TestMain(m *testing.M) {
	switch os.Getenv("EXITMAIN") {
	case "0":
		m.Run()
		os.Exit(0)
	case "3":
		m.Run()
		os.Exit(3)
	case "before":
		os.Exit(0)
	case "fatal":
		log.SetFlags(0)
		log.Fatal("in TestMain")
	case "panic":
		m.Run()
		panic("in TestMain")
	case "locked":
		runtime.LockOSThread()
		os.Exit(m.Run())
	case "leave":
		m.Run()
		go func() { select {} }()
	case "print":
		m.Run()
		fmt.Println("after PASS")
	}
}

func TestPass(t *testing.T) { go func() { select {} }() }

func TestFail(t *testing.T) {
	go func() { select {} }()
	t.Fail()
}
