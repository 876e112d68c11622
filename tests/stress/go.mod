module straggler/tests/stress

go 1.22

require straggler/tests/drive v0.0.0

replace straggler/tests/drive => ../drive
