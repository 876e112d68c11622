package main

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("TestMain begins")
	code := m.Run()
	fmt.Println("TestMain ends")
	os.Exit(code)
}

func TestInside(t *testing.T) { fmt.Println("inside") }
