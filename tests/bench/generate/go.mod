module straggler/tests/bench/generate

go 1.22
