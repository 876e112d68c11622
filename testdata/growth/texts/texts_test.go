package texts

import (
	"strings"
	"testing"
)

const body = 12 << 10

// What a server keeps of each request: its first word.
var verbs, clonedVerbs []string

func request() string {
	return "GET " + strings.Repeat("x", body) //straggler:grow class=heap-growth test=TestVerbs
}

func TestVerbs(t *testing.T) {
	verb, _, _ := strings.Cut(request(), " ")
	verbs = append(verbs, verb)
}

func TestVerbsCloned(t *testing.T) {
	verb, _, _ := strings.Cut(request(), " ")
	clonedVerbs = append(clonedVerbs, strings.Clone(verb))
}

// Titles of documents that were thrown away.
var titles, clonedTitles = map[int]string{}, map[int]string{}

func document(title string) string {
	var b strings.Builder
	b.Grow(2 * body) //straggler:grow class=heap-growth test=TestTitles
	b.WriteString("  " + title + "\n")
	for b.Len() < 2*body-8 {
		b.WriteString("text\n")
	}
	return b.String()
}

func TestTitles(t *testing.T) {
	text := document("A title")
	titles[len(titles)] = strings.TrimSpace(text[:strings.IndexByte(text, '\n')])
}

func TestTitlesCloned(t *testing.T) {
	text := document("A title")
	clonedTitles[len(clonedTitles)] = strings.Clone(strings.TrimSpace(text[:strings.IndexByte(text, '\n')]))
}

// The level of each line of a log.
type entry struct{ level string }

var entries, clonedEntries []*entry

func line() string {
	raw := make([]byte, body)
	copy(raw, "warning: ")
	return string(raw) //straggler:grow class=heap-growth test=TestLevels
}

func TestLevels(t *testing.T) {
	text := line()
	entries = append(entries, &entry{level: text[:7]})
}

func TestLevelsCloned(t *testing.T) {
	text := line()
	clonedEntries = append(clonedEntries, &entry{level: strings.Clone(text[:7])})
}
