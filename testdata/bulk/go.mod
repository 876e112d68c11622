module example.com/bulk

go 1.22
