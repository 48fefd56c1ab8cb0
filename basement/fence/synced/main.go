// Says whether a node is at the head of its chain, for the probes of Kubernetes: a node that answers may be hours behind, or follow a chain that has stopped.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

// version is set by the linker.
var version = "dev"

const usage = `synced: says whether a node is at the head of its chain.

  synced execution URL [--head-age 120s] [--genesis-ok]   an execution client by its JSON-RPC
  synced beacon URL [--head-age 60s]                      a beacon node by its API
  synced comet URL [--head-age 60s]                       CometBFT or beacond by its RPC
  synced alive URL                                        whether anybody answers HTTP at all, with whatever status
  synced --version | --help

--head-age is how old the newest block may be, 1s to 24h. --genesis-ok takes a chain that has only its first block for well.

Exit code: 0 it is, and nothing is said; 1 it is not, and one line on stdout says why; 2 wrong usage. It takes 5 seconds at most.
`

const (
	exitNot   = 1
	exitUsage = 2
)

// futureLimit: a block from further ahead means that the clock of this machine is wrong.
const futureLimit = 15 * time.Second

// node is what is asked.
type node struct {
	web     *http.Client
	address string
	// headAge is how old its newest block may be.
	headAge     time.Duration
	isGenesisOK bool
}

// judge is nil for a node that is at the head, and otherwise says in one sentence why not.
type judge func(ctx context.Context, asked node) error

type command struct {
	judge   judge
	headAge time.Duration
	// isExecution: it takes --genesis-ok.
	isExecution bool
}

var commands = map[string]command{
	"execution": {judgeExecution, 120 * time.Second, true},
	"beacon":    {judgeBeacon, 60 * time.Second, false},
	"comet":     {judgeComet, 60 * time.Second, false},
	"alive":     {judge: judgeAlive},
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		fmt.Print(usage)
		return 0
	}
	if len(args) == 1 && args[0] == "--version" {
		fmt.Println("synced " + version)
		return 0
	}
	judge, asked, problem := read(args)
	if problem != "" {
		fmt.Fprintf(os.Stderr, "synced: %s\n\n%s", rules.OneLine(problem), usage)
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetch.Within)
	defer cancel()
	if err := judge(ctx, asked); err != nil {
		fmt.Println(rules.OneLine(err.Error()))
		return exitNot
	}
	return 0
}

// read says what is wrong with the arguments, or nothing.
func read(args []string) (judge, node, string) {
	refuse := func(format string, values ...any) (judge, node, string) {
		return nil, node{}, fmt.Sprintf(format, values...)
	}
	if len(args) < 2 {
		return refuse("say what is asked and where, as in `synced beacon http://127.0.0.1:5052`")
	}
	found, isKnown := commands[args[0]]
	if !isKnown {
		return refuse("%q is none of execution, beacon, comet and alive", args[0])
	}
	address := strings.TrimRight(args[1], "/")
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.User != nil || strings.ContainsAny(address, "?#") {
		return refuse("%q is no address like http://127.0.0.1:5052, without user, question mark and #", args[1])
	}
	asked := node{web: fetch.NewClient(nil), address: address, headAge: found.headAge}
	given := map[string]bool{}
	for rest := args[2:]; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if given[name] {
			return refuse("%s stands there twice", name)
		}
		given[name] = true
		switch {
		case name == "--genesis-ok" && found.isExecution:
			asked.isGenesisOK = true
		case name == "--head-age" && found.headAge > 0:
			if len(rest) == 0 {
				return refuse("--head-age must be a time from 1s to 24h, as 90s")
			}
			age, err := time.ParseDuration(rest[0])
			if err != nil || age < time.Second || age > 24*time.Hour {
				return refuse("--head-age must be a time from 1s to 24h, as 90s")
			}
			asked.headAge, rest = age, rest[1:]
		default:
			return refuse("`synced %s` knows no %q", args[0], name)
		}
	}
	return found.judge, asked, ""
}

// judgeHead is nil for a newest block that is young enough.
func (asked node) judgeHead(born time.Time) error {
	age := time.Since(born)
	if age > asked.headAge {
		return fmt.Errorf("its newest block is %v old, and %v is the most: it is behind, or the chain has stopped", age.Round(time.Second), asked.headAge)
	}
	if age < -futureLimit {
		return fmt.Errorf("its newest block is %v in the future: see that the clock of this machine is right", (-age).Round(time.Second))
	}
	return nil
}

// judgeAlive is content with every status: whoever answers is not stuck.
func judgeAlive(ctx context.Context, asked node) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.address, nil)
	if err != nil {
		return err
	}
	response, err := asked.web.Do(request)
	if err != nil {
		return fmt.Errorf("it does not answer: %s", fetch.Refusal(err).Detail)
	}
	_ = response.Body.Close()
	return nil
}
