package withc

// int seven(void) { return 7; }
import "C"

func Seven() int { return int(C.seven()) }
