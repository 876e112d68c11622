module suites

go 1.22
