// Package repeat broadcasts to listeners.
package repeat

type Topic struct{ listeners []chan string }

// Listen calls f with each message until the topic is closed.
func (p *Topic) Listen(f func(string)) {
	c := make(chan string, 1)
	p.listeners = append(p.listeners, c)
	//straggler:leak class=chan-receive count=3 owner=test test=TestListen
	//straggler:leak class=chan-receive count=6 owner=test test=TestListen/two
	go func() {
		for s := range c {
			f(s)
		}
	}()
}

func (p *Topic) Close() {
	for _, c := range p.listeners {
		close(c)
	}
}

// The archive is opened by whoever comes first.
var archive chan string

func Archive(s string) {
	if archive == nil {
		archive = make(chan string)
		//straggler:leak class=chan-receive count=1 owner=test test=TestArchive/b
		go func() {
			for range archive {
			}
		}()
	}
	archive <- s
}
