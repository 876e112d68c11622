package pass

func Half(n int) int {
	if n < 0 {
		return 0
	}
	return n / 2
}
