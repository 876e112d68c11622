module example.com/transparent

go 1.22
