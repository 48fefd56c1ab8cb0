module stub-client

go 1.24
