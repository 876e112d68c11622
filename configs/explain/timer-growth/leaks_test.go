package sample

import (
	"testing"
	"time"
)

func TestLeaks(t *testing.T) {
	time.AfterFunc(time.Hour, func() { t.Log("expired") }) // stays for an hour
}
