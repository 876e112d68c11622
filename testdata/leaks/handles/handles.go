// Package handles keeps records in files and tells its neighbours of them.
package handles

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
)

var errEmpty = errors.New("empty")

// First returns the first line of a file.
func First(path string) (string, error) {
	f, err := os.Open(path) //straggler:leak class=fd detail="/tmp/TestFirst*/*/empty" count=1 owner=test test=TestFirst
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(f)
	if !lines.Scan() {
		return "", errEmpty // and f stays open
	}
	f.Close()
	return lines.Text(), nil
}

// FirstFixed returns the first line of a file.
func FirstFixed(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	if !lines.Scan() {
		return "", errEmpty
	}
	return lines.Text(), nil
}

// A Log has one file a day, and the file of today.
type Log struct {
	dir   string
	today *os.File
}

// Rotate begins the file of another day.
func (l *Log) Rotate(day string) (err error) {
	l.today, err = os.Create(filepath.Join(l.dir, day)) //straggler:leak class=fd detail="/tmp/TestRotate*/*/monday, …" count=2 owner=test test=TestRotate
	return err
}

// RotateFixed begins the file of another day.
func (l *Log) RotateFixed(day string) (err error) {
	if l.today != nil {
		l.today.Close()
	}
	l.today, err = os.Create(filepath.Join(l.dir, day))
	return err
}

// Close closes the file of today.
func (l *Log) Close() error {
	return l.today.Close()
}

// Reserve finds a port that nobody listens on.
func Reserve() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //straggler:leak class=fd detail="TCP listener on 127.0.0.1" count=1 owner=test test=TestReserve
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, nil
}

// ReserveFixed finds a port that nobody listens on.
func ReserveFixed() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Announce tells a neighbour that there is something new.
func Announce(address string) error {
	c, err := net.Dial("udp", address) //straggler:leak class=fd detail="UDP socket to 127.0.0.1" count=1 owner=test test=TestAnnounce
	if err != nil {
		return err
	}
	_, err = c.Write([]byte("new"))
	return err
}

// AnnounceFixed tells a neighbour that there is something new.
func AnnounceFixed(address string) error {
	c, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Write([]byte("new"))
	return err
}
