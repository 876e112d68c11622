package child

import (
	"context"
	"testing"
	"time"
)

func TestAwaited(t *testing.T) {
	text := make(chan string)
	err := Output(context.Background(), func(s string, _ error) { text <- s }, "echo", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if s := <-text; s != "hello\n" {
		t.Error(s)
	}
}

func TestEndsWhileSettling(t *testing.T) {
	for _, d := range []string{"0.05", "0.2", "0.4"} {
		if err := Output(context.Background(), func(string, error) {}, "sleep", d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKilledByTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
	time.AfterFunc(300*time.Millisecond, cancel)
	if err := Output(ctx, func(string, error) {}, "sleep", "20"); err != nil {
		t.Fatal(err)
	}
}

func TestKilledInCleanup(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if err := Output(ctx, func(string, error) {}, "sleep", "20"); err != nil {
		t.Fatal(err)
	}
}
