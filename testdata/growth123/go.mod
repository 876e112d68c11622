module example.com/growth123

go 1.23
