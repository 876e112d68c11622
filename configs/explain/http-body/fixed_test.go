package sample

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFixed(t *testing.T) {
	server := httptest.NewServer(http.FileServer(http.Dir(".")))
	t.Cleanup(server.Close)
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	t.Log(answer.Status)
}
