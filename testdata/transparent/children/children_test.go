// Package children starts other programs.
package children

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestThreeHundred(t *testing.T) {
	failed := 0
	for i := 0; i < 300; i++ {
		if exec.Command("true").Run() != nil {
			failed++
		}
	}
	fmt.Println("failed", failed)
}

func TestThreeHundredAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	failed := make(chan error, 300)
	room := make(chan struct{}, 50)
	for i := 0; i < 300; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			room <- struct{}{}
			defer func() { <-room }()
			if err := exec.Command("sh", "-c", "echo x >/dev/null; exit 0").Run(); err != nil {
				failed <- err
			}
		}()
	}
	wg.Wait()
	fmt.Println("failed", len(failed))
}

const program = `package main

import (
	"fmt"
	"os"
)

func main() {
	f, err := os.Create(os.DevNull)
	fmt.Println(f != nil, err)
	os.Exit(4)
}
`

func TestGoBuild(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"main.go": program, "go.mod": "module p\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", "p", ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	fmt.Printf("%s%v\n", out, err)
	out, err = exec.Command(filepath.Join(dir, "p")).CombinedOutput()
	fmt.Printf("%s%v\n", out, err)
}

func TestGoVet(t *testing.T) {
	out, err := exec.Command("go", "list", ".").CombinedOutput()
	fmt.Printf("%s%v\n", out, err)
}

func TestStatuses(t *testing.T) {
	for _, script := range []string{"exit 0", "exit 3", "kill -9 $$", "kill -15 $$", "exit 255"} {
		fmt.Println(script, exec.Command("sh", "-c", script).Run())
	}
}

func TestInherited(t *testing.T) {
	cmd := exec.Command("sh", "-c", "grep -E '^(Sig(Ign|Blk)|ShdPnd)' /proc/self/status; umask; ulimit -n -c; ls -x /proc/self/fd; exec cat")
	cmd.Stdin = strings.NewReader("and stdin\n")
	out, err := cmd.CombinedOutput()
	fmt.Printf("%s%v\n", out, err)
}

func TestKilledByContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	fmt.Println(exec.CommandContext(ctx, "sleep", "60").Run())
}

func TestTraced(t *testing.T) {
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	done := make(chan error)
	go func() {
		if err := cmd.Start(); err != nil {
			done <- err
			return
		}
		done <- cmd.Process.Kill()
		cmd.Wait()
	}()
	fmt.Println(<-done)
}

// Ends with a child that nobody has waited for: it is gone with the process.
func TestZombie(t *testing.T) {
	cmd := exec.Command("true")
	fmt.Println(cmd.Start())
	time.Sleep(50 * time.Millisecond)
}

// Ends on its own a little after the test binary.
func TestOutlives(t *testing.T) {
	fmt.Println(exec.Command("sleep", "0.3").Start())
}
