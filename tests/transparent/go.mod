module straggler/tests/transparent

go 1.22
