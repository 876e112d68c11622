// Package daemons starts helpers of a service.
package daemons

import "os/exec"

// A Helper is a process that works for us.
type Helper struct {
	cmd *exec.Cmd
}

// Start starts a helper.
func Start(seconds string) (*Helper, error) {
	h := &Helper{cmd: exec.Command("sleep", seconds)}
	return h, h.cmd.Start() //straggler:leak class=unwaited-child detail="sleep 21" count=1 owner=test test=TestForgets
}

// Stop ends the helper and waits for it.
func (h *Helper) Stop() {
	h.cmd.Process.Kill()
	h.cmd.Wait()
}

// Crew starts many of them, and stops those it knows of.
func Crew(n int) error {
	var last *exec.Cmd
	for i := 0; i < n; i++ {
		last = exec.Command("sleep", "22")
		if err := last.Start(); err != nil { //straggler:leak class=unwaited-child detail="sleep 22" count=2 owner=test test=TestCrew
			return err
		}
	}
	last.Process.Kill()
	return last.Wait()
}

// Release starts one, and wants to know no more of it.
func Release() error {
	cmd := exec.Command("sleep", "24")
	if err := cmd.Start(); err != nil { //straggler:leak class=unwaited-child detail="sleep 24" count=1 owner=test test=TestRelease
		return err
	}
	return cmd.Process.Release()
}
