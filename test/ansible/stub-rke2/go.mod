module stub-rke2

go 1.25
