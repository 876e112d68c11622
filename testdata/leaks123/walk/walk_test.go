package walk

import "testing"

func tree(values ...int) *Tree {
	var t *Tree
	for _, v := range values {
		t = t.Insert(v)
	}
	return t
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b *Tree
		same bool
	}{
		{"equal", tree(2, 1, 3), tree(1, 2, 3), true},
		{"different", tree(1, 2, 4), tree(1, 3, 4), false},
		{"shorter", tree(1, 2, 3), tree(1, 2), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if Same(c.a, c.b) != c.same {
				t.Error("wrong")
			}
		})
	}
}

func TestSameStopped(t *testing.T) {
	if SameStopped(tree(1, 2, 4), tree(1, 3, 4)) || !SameStopped(tree(2, 1), tree(1, 2)) {
		t.Error("wrong")
	}
}

func TestThird(t *testing.T) {
	if v := tree(5, 3, 9, 7).Third(); v != 7 {
		t.Error(v)
	}
}

func TestThirdOfTwo(t *testing.T) {
	if v := tree(5, 3).Third(); v != 0 {
		t.Error(v)
	}
}
