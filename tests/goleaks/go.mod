module straggler/tests/goleaks

go 1.24
