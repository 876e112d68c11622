package bank

import "testing"

func TestSwap(t *testing.T) {
	d := NewDesk()
	Swap(d, &Account{balance: 5}, &Account{balance: 5}, 1)
	d.Confirm(2)
}

func TestOneWay(t *testing.T) {
	d := NewDesk()
	a, b := &Account{balance: 5}, &Account{}
	done := make(chan struct{})
	go func() {
		transfer(d, a, b, 5)
		close(done)
	}()
	d.Confirm(1)
	<-done
	if b.balance != 5 {
		t.Error(b.balance)
	}
}

func TestRotate(t *testing.T) {
	d := NewDesk()
	Rotate(d, []*Account{{balance: 1}, {balance: 2}, {balance: 3}}, 1)
	d.Confirm(3)
}

func TestClear(t *testing.T) {
	d := NewDesk()
	Clear(d, &Ledger{}, &Ledger{})
	d.Confirm(2)
}

func TestForgottenUnlock(t *testing.T) {
	a := &Account{balance: 1}
	if err := a.Withdraw(2); err != ErrFunds {
		t.Error(err)
	}
	a.PayIn(1, 2)
}

func TestPayIn(t *testing.T) {
	a := &Account{balance: 1}
	a.PayIn(1, 2, 3)
}

func TestLockTwice(t *testing.T) {
	a := &Account{balance: 1}
	a.Audit(func(int) {})
}

func TestSnapshotKept(t *testing.T) {
	r := NewRates()
	_, _ = r.Snapshot()
	r.SetLater("EUR", 1.1)
}

func TestSnapshotDone(t *testing.T) {
	r := NewRates()
	_, done := r.Snapshot()
	r.SetLater("EUR", 1.1)
	done()
}

func TestNeverCommitted(t *testing.T) {
	r := NewRates()
	rates, _ := r.Begin()
	rates["EUR"] = 1.2
	for range 3 {
		r.PrintLater("EUR", func(float64) {})
	}
}

func TestCommitted(t *testing.T) {
	r := NewRates()
	rates, commit := r.Begin()
	for range 3 {
		r.PrintLater("EUR", func(float64) {})
	}
	rates["EUR"] = 1.2
	commit()
}
