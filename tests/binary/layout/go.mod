module straggler/tests/binary/layout

go 1.22
