package sample

import (
	"context"
	"testing"
)

func TestFixed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() { <-ctx.Done() }()
}
