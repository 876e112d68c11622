package main

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("TestMain begins")
	m.Run()
	fmt.Println("TestMain ends with a failure")
	os.Exit(1)
}

func TestInside(t *testing.T) { fmt.Println("inside") }
