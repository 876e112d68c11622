package sample

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

var server = httptest.NewServer(http.NotFoundHandler())

func TestLeaks(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{}} // keeps its connection
	answer, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}
