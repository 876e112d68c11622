package sample

import (
	"context"
	"testing"
)

func TestLeaks(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel // nobody calls it
	go func() { <-ctx.Done() }()
}
