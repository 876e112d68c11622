package sample

import (
	"testing"
	"time"
)

func TestFixed(t *testing.T) {
	expiry := time.AfterFunc(time.Hour, func() { t.Log("expired") })
	defer expiry.Stop()
}
