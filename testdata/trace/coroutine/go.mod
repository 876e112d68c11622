module example.com/coroutine

go 1.23
