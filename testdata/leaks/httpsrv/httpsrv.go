// Package httpsrv is a small web service and its client.
package httpsrv

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

// A Server answers on a port of its own.
type Server struct {
	http http.Server
	URL  string
}

func Start(h http.HandlerFunc) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{http: http.Server{Handler: h}, URL: "http://" + l.Addr().String()}
	//straggler:leak class=io count=1 test=TestServerLeftOn owner=test
	//straggler:leak class=io count=1 test=TestServerLeftOn owner=test at=net/http.(*Server).Serve
	//straggler:leak class=io count=1 test=TestHungHandler owner=test
	//straggler:leak class=chan-receive count=1 test=TestHungHandler owner=test at=net/http.(*Server).Serve
	//straggler:leak class=io count=1 test=TestHungHandler owner=test at=net/http.(*connReader).startBackgroundRead
	go s.http.Serve(l)
	return s, nil
}

// Close closes every connection of the server.
func (s *Server) Close() { s.http.Close() }

// A Client has connections of its own.
type Client struct{ http http.Client }

func NewClient() *Client { return &Client{http.Client{Transport: &http.Transport{}}} }

// Get reads the whole answer: the connection can serve again, and waits for that.
func (c *Client) Get(url string) (string, error) {
	//straggler:leak class=http-idle status=note count=2 test=TestServerLeftOn owner=test at=net/http.(*Transport).dialConn
	//straggler:leak class=io count=2 test=TestHungHandler owner=test at=net/http.(*Transport).dialConn
	resp, err := c.http.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// Ping asks whether the server is there, and forgets the body.
func (c *Client) Ping(url string) error {
	resp, err := c.http.Get(url) //straggler:leak class=http-body count=2 test=TestPing owner=test at=net/http.(*Transport).dialConn
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("httpsrv: %s", resp.Status)
	}
	return nil
}

// Head reads the first bytes of the body only.
func (c *Client) Head(url string, n int64) (string, error) {
	resp, err := c.http.Get(url) //straggler:leak class=http-body count=4 test=TestHead owner=test at=net/http.(*Transport).dialConn
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, n))
	return string(text), err
}

// Prefetch asks without waiting for the answer, and without a limit.
func (c *Client) Prefetch(url string) {
	go c.Get(url) //straggler:leak class=io count=1 test=TestHungHandler owner=test
}

func (c *Client) Close() { c.http.CloseIdleConnections() }
