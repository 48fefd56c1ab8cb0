// The fence: a static binary of the standard library alone, so that it runs in every client image.
module basement-watchdog/fence

go 1.26
