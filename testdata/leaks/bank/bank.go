// Package bank moves money between accounts, each with a lock of its own.
package bank

import (
	"errors"
	"sync"
)

// An Account has its lock first.
type Account struct {
	mu      sync.Mutex
	balance int
}

// A Desk confirms what it is asked; a transfer holds its first account meanwhile.
type Desk struct {
	asked     chan struct{}
	confirmed chan struct{}
}

func NewDesk() *Desk { return &Desk{make(chan struct{}), make(chan struct{})} }

func (d *Desk) ask() {
	d.asked <- struct{}{}
	<-d.confirmed
}

// Confirm waits for n questions, then answers all of them.
func (d *Desk) Confirm(n int) {
	for range n {
		<-d.asked
	}
	close(d.confirmed)
}

func transfer(d *Desk, from, to *Account, amount int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	d.ask()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

// Swap transfers in both directions at once.
func Swap(d *Desk, a, b *Account, amount int) {
	go transfer(d, a, b, amount) //straggler:leak class=lock-cycle detail=2 count=1 test=TestSwap owner=test fact="it holds what it locked at bank.go:*; what it waits for was locked at bank.go:* by the goroutine that was started at bank.go:*"
	go transfer(d, b, a, amount) //straggler:leak class=lock-cycle detail=2 count=1 test=TestSwap owner=test fact="it holds what it locked at bank.go:*; what it waits for was locked at bank.go:* by the goroutine that was started at bank.go:*"
}

// Rotate lets each account pay the next, the last one the first.
func Rotate(d *Desk, accounts []*Account, amount int) {
	for i, from := range accounts {
		to := accounts[(i+1)%len(accounts)]
		go transfer(d, from, to, amount) //straggler:leak class=lock-cycle detail=3 count=3 test=TestRotate owner=test fact="each of them holds what it locked at bank.go:*; what it waits for was locked at bank.go:*"
	}
}

// A Ledger keeps its lock behind other fields, beyond a cache line's half.
type Ledger struct {
	name    [6]string
	mu      sync.Mutex
	entries []int
}

func settle(d *Desk, mine, theirs *Ledger, entry int) {
	mine.mu.Lock()
	defer mine.mu.Unlock()
	d.ask()
	theirs.mu.Lock()
	defer theirs.mu.Unlock()
	mine.entries = append(mine.entries, entry)
	theirs.entries = append(theirs.entries, -entry)
}

// Clear settles two ledgers with each other.
func Clear(d *Desk, a, b *Ledger) {
	go settle(d, a, b, 1) //straggler:leak class=lock-cycle detail=2 count=1 test=TestClear owner=test
	go settle(d, b, a, 2) //straggler:leak class=lock-cycle detail=2 count=1 test=TestClear owner=test
}

var ErrFunds = errors.New("bank: not enough")

// Withdraw forgets its lock when the account is empty.
func (a *Account) Withdraw(amount int) error {
	a.mu.Lock()
	if a.balance < amount {
		return ErrFunds
	}
	a.balance -= amount
	a.mu.Unlock()
	return nil
}

func (a *Account) Deposit(amount int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += amount
}

// PayIn deposits in the background, one goroutine an amount.
func (a *Account) PayIn(amounts ...int) {
	for _, n := range amounts {
		go a.Deposit(n) //straggler:leak class=mutex count=2 test=TestForgottenUnlock owner=test fact="all of them wait for the same lock"
	}
}

// Audit locks the account that its caller has locked already.
func (a *Account) Audit(report func(int)) {
	go func() { //straggler:leak class=mutex count=1 test=TestLockTwice owner=test
		a.mu.Lock()
		defer a.mu.Unlock()
		report(a.total())
	}()
}

func (a *Account) total() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Rates is read by many and written by few.
type Rates struct {
	mu    sync.RWMutex
	rates map[string]float64
}

func NewRates() *Rates { return &Rates{rates: map[string]float64{}} }

// Snapshot hands out the table with the read lock held; done releases it.
func (r *Rates) Snapshot() (rates map[string]float64, done func()) {
	r.mu.RLock()
	return r.rates, r.mu.RUnlock
}

// Begin hands out the table with the write lock held.
func (r *Rates) Begin() (rates map[string]float64, commit func()) {
	r.mu.Lock()
	return r.rates, r.mu.Unlock
}

func (r *Rates) SetLater(currency string, rate float64) {
	go func() { //straggler:leak class=mutex count=1 test=TestSnapshotKept owner=test fact="it waits to write: readers hold the lock"
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rates[currency] = rate
	}()
}

func (r *Rates) PrintLater(currency string, print func(float64)) {
	go func() { //straggler:leak class=mutex count=3 test=TestNeverCommitted owner=test fact="all of them wait for the same lock; it waits to read: a writer holds the lock, or waits for it"
		r.mu.RLock()
		defer r.mu.RUnlock()
		print(r.rates[currency])
	}()
}
