// Package latepanic checks an index in the background.
package latepanic

import "time"

// An Index maps words to pages.
type Index struct{ pages map[string][]int }

// Verify looks at the first page of each word, which is not always there.
func (x *Index) Verify(after time.Duration, found func(page int)) {
	go func() { //straggler:leak class=late-panic detail="runtime error: index out of range [0] with length 0" count=1 test=TestVerifyEmpty/word_without_pages owner=test
		time.Sleep(after)
		for _, pages := range x.pages {
			found(pages[0])
		}
	}()
}
