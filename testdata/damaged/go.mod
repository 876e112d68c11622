module example.com/damaged

go 1.22
