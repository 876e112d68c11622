// Package web is a service with an orderly end.
package web

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

type Service struct {
	srv http.Server
	l   net.Listener
}

func Start() (*Service, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Service{l: l}
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		for i := range 1 << 14 {
			if _, err := fmt.Fprintln(w, i); err != nil {
				return
			}
		}
	})
	s.srv.Handler = mux
	go s.srv.Serve(l)
	return s, nil
}

func (s *Service) URL(path string) string { return "http://" + s.l.Addr().String() + path }

func (s *Service) Stop() error { return s.srv.Shutdown(context.Background()) }

// Get reads all of an answer.
func Get(ctx context.Context, c *http.Client, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	return int(n), err
}
