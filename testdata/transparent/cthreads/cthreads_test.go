package cthreads

import (
	"fmt"
	"testing"
	"time"
)

func TestSleeper(t *testing.T)   { Sleeper() }
func TestCaller(t *testing.T)    { fmt.Println(Caller()) }
func TestRepeater(t *testing.T)  { Repeater(); time.Sleep(20 * time.Millisecond) }
func TestLate(t *testing.T)      { Late() }
func TestQuitter(t *testing.T)   { Quitter() }
func TestUnflushed(t *testing.T) { Unflushed() }
func TestFlushed(t *testing.T)   { Flushed() }
func TestExit(t *testing.T)      { Exit() }
func TestInC(t *testing.T)       { go Sleep() }
