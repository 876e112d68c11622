// Package names resolves host names with a cache that refreshes itself.
package names

// A Resolver looks names up.
type Resolver struct {
	refresh chan string
	known   map[string]string
}

func New() *Resolver {
	return &Resolver{make(chan string), map[string]string{}}
}

// Refresh looks the name up again, when somebody gets round to it.
func (r *Resolver) Refresh(name string) {
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/"quoted"
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/a/b
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/a/b#01
	//straggler:leak class=chan-send detail=unbuffered count=2 owner=test test=TestRefresh/IPv4/a/b#02
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/#00
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/bücher.例え
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/tab_here_\x1b
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/===_RUN___TestRefresh/IPv6
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv4/$HOME_'x';&(y)|[z]*
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv6/a/b
	//straggler:leak class=chan-send detail=unbuffered count=3 owner=test test=TestRefresh/IPv6/a/b#01
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh/IPv6
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestRefresh
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestCleanup
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestCleanup/inner
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestSkips
	//straggler:leak class=chan-send detail=unbuffered count=1 owner=test test=TestHelper
	go func() { r.refresh <- name }()
}

// Serve answers refreshes until the channel is closed.
func (r *Resolver) Serve() {
	for name := range r.refresh {
		r.known[name] = "127.0.0.1"
	}
}
