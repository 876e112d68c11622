module straggler/tests/drive

go 1.22
