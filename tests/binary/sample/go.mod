module example.com/sample/v2

go 1.22
