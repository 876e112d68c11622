// Package plain has no goroutine at all.
package plain

func Sum(values ...int) (sum int) {
	for _, v := range values {
		sum += v
	}
	return sum
}
