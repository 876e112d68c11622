module example.com/leaks123

go 1.23
