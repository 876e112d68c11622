package httpsrv

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"
)

func start(t *testing.T, h http.HandlerFunc) *Server {
	s, err := Start(h)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello, world\n") }

func TestServerLeftOn(t *testing.T) {
	s, c := start(t, hello), NewClient()
	if text, err := c.Get(s.URL); text != "hello, world\n" {
		t.Error(text, err)
	}
}

func TestServerClosed(t *testing.T) {
	s, c := start(t, hello), NewClient()
	defer s.Close()
	defer c.Close()
	if text, err := c.Get(s.URL); text != "hello, world\n" {
		t.Error(text, err)
	}
}

func TestShutdown(t *testing.T) {
	s, c := start(t, hello), NewClient()
	if text, err := c.Get(s.URL); text != "hello, world\n" {
		t.Error(text, err)
	}
	c.Close()
	if err := s.http.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestPing(t *testing.T) {
	s, c := start(t, hello), NewClient()
	defer s.Close()
	if err := c.Ping(s.URL); err != nil {
		t.Error(err)
	}
}

func TestHead(t *testing.T) {
	s, c := start(t, hello), NewClient()
	defer s.Close()
	for range 2 {
		if text, err := c.Head(s.URL, 5); text != "hello" {
			t.Error(text, err)
		}
	}
}

func TestHungHandler(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	s, c := start(t, func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-release
	}), NewClient()
	c.Prefetch(s.URL)
	<-entered
}

func TestSlowHandler(t *testing.T) {
	entered := make(chan struct{})
	s, c := start(t, func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		time.Sleep(150 * time.Millisecond)
	}), NewClient()
	c.Prefetch(s.URL)
	<-entered
	time.AfterFunc(250*time.Millisecond, func() { s.Close(); c.Close() })
}
