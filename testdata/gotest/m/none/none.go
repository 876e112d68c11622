package none

func None() {}
