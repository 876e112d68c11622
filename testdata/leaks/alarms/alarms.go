// Package alarms calls back when a time has come.
package alarms

import "time"

// A Lease must be renewed, or it is reported as lost.
type Lease struct {
	name string
	lost chan string
}

func New(name string) *Lease { return &Lease{name, make(chan string)} }

func (l *Lease) Expire() { l.lost <- l.name } //straggler:leak class=chan-send detail=unbuffered status=note count=1 owner=unknown

// Watch reports the lease after d.
func (l *Lease) Watch(d time.Duration) *time.Timer { return time.AfterFunc(d, l.Expire) }
