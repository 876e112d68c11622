// Package child runs short programs.
package child

import (
	"bytes"
	"context"
	"os/exec"
)

// Output starts a program and hands over what it printed, when it has ended.
func Output(ctx context.Context, done func(string, error), name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		err := cmd.Wait()
		done(out.String(), err)
	}()
	return nil
}
