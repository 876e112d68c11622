package sample

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestLeaks(t *testing.T) {
	server := httptest.NewServer(http.FileServer(http.Dir(".")))
	t.Cleanup(server.Close)
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(answer.Status) // answer.Body stays open
}
