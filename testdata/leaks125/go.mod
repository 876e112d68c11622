module example.com/leaks125

go 1.25
