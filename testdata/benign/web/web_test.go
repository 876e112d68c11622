package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func start(t *testing.T) (*Service, *http.Client) {
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		c.CloseIdleConnections()
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

func TestGet(t *testing.T) {
	s, c := start(t)
	for range 3 {
		if n, err := Get(context.Background(), c, s.URL("/hello")); n != 5 {
			t.Error(n, err)
		}
	}
}

func TestLarge(t *testing.T) {
	s, c := start(t)
	if n, err := Get(context.Background(), c, s.URL("/large")); n == 0 {
		t.Error(n, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s, c := start(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if n, err := Get(context.Background(), c, s.URL("/hello")); n != 5 {
				t.Error(n, err)
			}
		}()
	}
	wg.Wait()
}

func TestCancelled(t *testing.T) {
	s, c := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := Get(ctx, c, s.URL("/slow")); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestNobodyWaits(t *testing.T) {
	s, c := start(t)
	entered := make(chan bool)
	go func() {
		close(entered)
		_, _ = Get(context.Background(), c, s.URL("/slow"))
	}()
	<-entered
	time.Sleep(30 * time.Millisecond)
}

func TestBodyClosedUnread(t *testing.T) {
	s, c := start(t)
	resp, err := c.Get(s.URL("/large"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestHTTPTest(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer srv.Close()
	if _, err := Get(context.Background(), srv.Client(), srv.URL); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	if _, err := Get(context.Background(), srv.Client(), srv.URL); err != nil {
		t.Error(err)
	}
}

// The server goes while its client keeps a connection.
func TestServerGoesFirst(t *testing.T) {
	s, c := start(t)
	if n, err := Get(context.Background(), c, s.URL("/hello")); n != 5 {
		t.Error(n, err)
	}
	if err := s.srv.Close(); err != nil {
		t.Error(err)
	}
}

func TestIdleTimeout(t *testing.T) {
	s, _ := start(t)
	c := &http.Client{Transport: &http.Transport{IdleConnTimeout: 200 * time.Millisecond}}
	if n, err := Get(context.Background(), c, s.URL("/hello")); n != 5 {
		t.Error(n, err)
	}
}
