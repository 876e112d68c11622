// Package reexec starts its own binary again, as the helper process pattern does.
package reexec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

const depth = "REEXEC_DEPTH"

func TestMain(m *testing.M) {
	switch os.Getenv("REEXEC_AS") {
	case "helper":
		fmt.Println("helper with", len(os.Args)-1, "arguments, parent", os.Getppid() == parent())
		f, err := os.Create(os.DevNull)
		fmt.Println(f != nil, err)
		os.Exit(7)
	case "leaver":
		go func() { select {} }()
		os.Exit(m.Run())
	}
	os.Exit(m.Run())
}

func parent() int {
	n, _ := strconv.Atoi(os.Getenv("REEXEC_PARENT"))
	return n
}

func run(as string, args ...string) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "REEXEC_AS="+as, "REEXEC_PARENT="+strconv.Itoa(os.Getpid()))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("status %d", exit.ExitCode())
	}
	fmt.Printf("%s%v\n", out, err)
}

func TestHelper(t *testing.T) { run("helper", "a", "b") }

func TestTestAsChild(t *testing.T) { run("leaver", "-test.run=^TestChild$") }

func TestChild(t *testing.T) {
	if os.Getenv("REEXEC_AS") == "" {
		t.Skip("only as a child")
	}
	fmt.Println("the child speaks")
	go func() { time.Sleep(time.Hour) }()
}

// The same command line again, three levels deep.
func TestSameArguments(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(depth))
	if n == 3 {
		fmt.Println("deep enough")
		return
	}
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), depth+"="+strconv.Itoa(n+1))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	fmt.Println("level", n, cmd.Run())
}

func TestMany(t *testing.T) {
	for i := 0; i < 20; i++ {
		run("helper")
	}
}

func TestFailingChild(t *testing.T) {
	run("", "-test.run=^TestFails$", "-test.v")
}

func TestFails(t *testing.T) {
	if os.Getenv("REEXEC_PARENT") == "" {
		t.Skip("only as a child")
	}
	t.Error("as it should")
}
