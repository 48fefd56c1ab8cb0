// Each judge beside a server that answers as it is told: what is well, and every way not to be.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"basement-watchdog/fence/fetch"
)

// answers are bodies by path or by method of JSON-RPC; one that begins with a number and a space has that status.
type answers map[string]string

// with replaces or, where empty, takes away.
func (all answers) with(changes answers) answers {
	changed := answers{}
	for name, body := range all {
		changed[name] = body
	}
	for name, body := range changes {
		changed[name] = body
	}
	return changed
}

func (all answers) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	name := request.URL.Path
	if request.Method == http.MethodPost {
		var asked struct{ Method string }
		body, _ := io.ReadAll(request.Body)
		_ = json.Unmarshal(body, &asked)
		name = asked.Method
	}
	body, isThere := all[name]
	status := 200
	if _, err := fmt.Sscanf(body, "%3d ", &status); err == nil {
		body = body[4:]
	}
	if !isThere {
		status = 404
	}
	response.WriteHeader(status)
	_, _ = io.WriteString(response, body)
}

type row struct {
	name    string
	changes answers
	// wanted is empty for a node that is at the head.
	wanted string
}

func try(t *testing.T, judged string, well answers, isGenesisOK bool, rows []row) {
	t.Helper()
	for _, row := range rows {
		t.Run(judged+" "+row.name, func(t *testing.T) {
			server := httptest.NewServer(well.with(row.changes))
			defer server.Close()
			command := commands[judged]
			err := command.judge(context.Background(), node{fetch.NewClient(nil), server.URL, command.headAge, isGenesisOK})
			if (err == nil) != (row.wanted == "") || (err != nil && !strings.Contains(err.Error(), row.wanted)) {
				t.Errorf("%v, not %q", err, row.wanted)
			}
		})
	}
}

func rpc(result string) string { return `{"jsonrpc":"2.0","id":1,"result":` + result + `}` }

func blockOf(number int64, age time.Duration) string {
	return rpc(fmt.Sprintf(`{"number":"0x%x","timestamp":"0x%x","transactions":[]}`, number, time.Now().Add(-age).Unix()))
}

const (
	block  = "eth_getBlockByNumber"
	blocks = "eth_syncing"
	zeros  = `{"currentBlock":"0x0","highestBlock":"0x0","startingBlock":"0x0","txIndexRemainingBlocks":"0x1"}`
)

func TestExecution(t *testing.T) {
	well := answers{blocks: rpc("false"), block: blockOf(7, 12*time.Second)}
	behind := `{"currentBlock":"0x10","highestBlock":"0x20"}`
	try(t, "execution", well, false, []row{
		{"at the head", nil, ""},
		{"a little old", answers{block: blockOf(7, 100*time.Second)}, ""},
		{"old", answers{block: blockOf(7, 130*time.Second)}, "old, and 2m0s is the most"},
		{"in the future", answers{block: blockOf(7, -time.Minute)}, "in the future"},
		{"fresh", answers{blocks: rpc(zeros), block: blockOf(0, time.Second)}, "it is syncing: block 0 of 0"},
		{"first block", answers{block: blockOf(0, 1e6*time.Second)}, "old"},
		{"syncing", answers{blocks: rpc(behind)}, "it is syncing: block 16 of 32"},
		{"at the head, and builds indexes", answers{blocks: rpc(`{"currentBlock":"0x20","highestBlock":"0x20","txIndexRemainingBlocks":"0x9"}`)}, ""},
		{"behind beside such words", answers{blocks: rpc(`{"currentBlock":"0x20","highestBlock":"0x20"}`), block: blockOf(0, 1e6*time.Second)}, "old"},
		{"syncing, of another kind", answers{blocks: rpc(`{"stages":[]}`)}, "it is syncing"},
		{"says true", answers{blocks: rpc("true")}, "neither false nor an object"},
		{"says nothing", answers{blocks: rpc("null")}, "neither false nor an object"},
		{"no result", answers{blocks: `{"jsonrpc":"2.0","id":1}`}, "no result"},
		{"refuses", answers{blocks: `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`}, "it refuses, with code -32601"},
		{"refuses without a word", answers{blocks: `{"id":1,"error":"x"}`}, "does not say why"},
		{"another question", answers{blocks: `{"jsonrpc":"2.0","id":2,"result":false}`}, "another question"},
		{"twice", answers{blocks: `{"id":1,"result":true,"result":false}`}, "twice"},
		{"no JSON", answers{blocks: "<html>"}, "cannot be read"},
		{"a list", answers{blocks: "[]"}, "cannot be read"},
		{"status", answers{blocks: "503 busy"}, "it answers 503"},
		{"redirect", answers{blocks: "302 "}, "it answers 302"},
		{"no block", answers{block: rpc("null")}, "there is no newest block"},
		{"number", answers{block: rpc(`{"number":7,"timestamp":"0x1"}`)}, `"number" is missing or not a text`},
		{"time", answers{block: rpc(`{"number":"0x7","timestamp":"0xffffffffffffffffff"}`)}, "a number that cannot be"},
		{"no time", answers{block: rpc(`{"number":"0x7"}`)}, `"timestamp" is missing`},
		{"decimal", answers{block: rpc(`{"number":"0x7","timestamp":"1795708300"}`)}, "no number like 0x1f"},
	})
	try(t, "execution", well, true, []row{
		{"at the head, and may be fresh", nil, ""},
		{"fresh, and may be", answers{blocks: rpc(zeros), block: blockOf(0, 1e6*time.Second)}, ""},
		{"first block, and may be", answers{block: blockOf(0, 1e6*time.Second)}, ""},
		{"old, and may be fresh", answers{block: blockOf(7, 130*time.Second)}, "old"},
		{"zeros beside a block", answers{blocks: rpc(zeros)}, "it is syncing"},
		{"syncing, and may be fresh", answers{blocks: rpc(behind), block: blockOf(0, 0)}, "it is syncing: block 16 of 32"},
		{"an empty object", answers{blocks: rpc("{}"), block: blockOf(0, 0)}, "it is syncing"},
	})
}

func syncingOf(slot int64, more string) string {
	return fmt.Sprintf(`{"data":{"head_slot":"%d","sync_distance":"0","is_syncing":false,"is_optimistic":false,"el_offline":false%s}}`, slot, more)
}

func TestBeacon(t *testing.T) {
	began := time.Now().Unix() - 1000*12
	well := answers{
		healthPath: "", syncingPath: syncingOf(1000, ""),
		genesisPath: fmt.Sprintf(`{"data":{"genesis_time":"%d"}}`, began), specPath: `{"data":{"SECONDS_PER_SLOT":"12","BLOB_SCHEDULE":[{"EPOCH":"1"}]}}`,
	}
	flag := func(from, to string) answers {
		return answers{syncingPath: strings.Replace(syncingOf(1000, ""), from, to, 1)}
	}
	try(t, "beacon", well, false, []row{
		{"at the head", nil, ""},
		{"without el_offline", flag(`,"el_offline":false`, ``), ""},
		{"206", answers{healthPath: "206 "}, "health 206"},
		{"503", answers{healthPath: "503 "}, "health 503"},
		{"500", answers{healthPath: "500 "}, "it answers 500"},
		{"no route", answers{healthPath: "404 "}, "it answers 404"},
		{"syncing", flag(`"is_syncing":false`, `"is_syncing":true`), "it is syncing"},
		{"optimistic", flag(`"is_optimistic":false`, `"is_optimistic":true`), "is_optimistic"},
		{"without execution", flag(`"el_offline":false`, `"el_offline":true`), "el_offline"},
		{"a flag that is a text", flag(`"is_optimistic":false`, `"is_optimistic":"false"`), "neither true nor false"},
		{"a flag that is missing", flag(`"is_syncing":false,`, ``), "neither true nor false"},
		{"el_offline null", flag(`"el_offline":false`, `"el_offline":null`), "neither true nor false"},
		{"a little old", answers{syncingPath: syncingOf(996, "")}, ""},
		{"old beside good words", answers{syncingPath: syncingOf(994, "")}, "old, and 1m0s is the most"},
		{"in the future", answers{syncingPath: syncingOf(1003, "")}, "in the future"},
		{"a slot that cannot be", answers{syncingPath: syncingOf(-1, "")}, "a number that cannot be"},
		{"a slot too great", answers{syncingPath: syncingOf(1<<60, "")}, "a number that cannot be"},
		{"twice", answers{syncingPath: syncingOf(1000, `,"is_syncing":true`)}, "twice"},
		{"no data", answers{syncingPath: "{}"}, `"data": it is not a JSON object`},
		{"no genesis", answers{genesisPath: "404 "}, "genesis: it answers 404"},
		{"genesis of a number", answers{genesisPath: `{"data":{"genesis_time":7}}`}, "not a text"},
		{"no spec", answers{specPath: "500 "}, "spec: it answers 500"},
		{"slots of nothing", answers{specPath: `{"data":{"SECONDS_PER_SLOT":"0"}}`}, `is 0`},
		{"slots of days", answers{specPath: `{"data":{"SECONDS_PER_SLOT":"86400"}}`}, "a number that cannot be"},
		{"too long", answers{specPath: `{"data":{"x":"` + strings.Repeat("x", mostBody) + `"}}`}, "over 4194304 bytes"},
	})
}

func statusOf(age time.Duration, isCatchingUp bool) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":-1,"result":{"node_info":{},"sync_info":{"latest_block_height":"46","latest_block_time":%q,"catching_up":%t}}}`,
		time.Now().Add(-age).UTC().Format(time.RFC3339Nano), isCatchingUp)
}

func TestComet(t *testing.T) {
	const path = "/status"
	try(t, "comet", answers{path: statusOf(2*time.Second, false)}, false, []row{
		{"at the head", nil, ""},
		{"catching up", answers{path: statusOf(0, true)}, "catching up, at height 46"},
		{"halted", answers{path: statusOf(2*time.Minute, false)}, "old, and 1m0s is the most"},
		{"in the future", answers{path: statusOf(-time.Minute, false)}, "in the future"},
		{"no block", answers{path: strings.Replace(statusOf(0, false), `"46"`, `"0"`, 1)}, "no block yet"},
		{"an error", answers{path: `{"jsonrpc":"2.0","id":-1,"error":{"code":-32603}}`}, "does not say how far"},
		{"a time that is none", answers{path: `{"result":{"sync_info":{"latest_block_height":"1","latest_block_time":"now","catching_up":false}}}`}, "is no time"},
		{"no time", answers{path: `{"result":{"sync_info":{"latest_block_height":"1","catching_up":false}}}`}, "is missing"},
		{"a height that is a number", answers{path: strings.Replace(statusOf(0, false), `"46"`, `46`, 1)}, "not a text"},
		{"catching up null", answers{path: strings.Replace(statusOf(0, false), `:false}`, `:null}`, 1)}, "neither true nor false"},
		{"status", answers{path: "500 {}"}, "it answers 500"},
	})
}

func TestAlive(t *testing.T) {
	try(t, "alive", answers{"/": "200 "}, false, []row{
		{"200", nil, ""}, {"404", answers{"/": "404 "}, ""}, {"500", answers{"/": "500 "}, ""}, {"302", answers{"/": "302 "}, ""},
	})
}

func TestArguments(t *testing.T) {
	for text, headAge := range map[string]time.Duration{
		"execution http://geth:8545": 2 * time.Minute, "execution http://geth:8545 --genesis-ok --head-age 90s": 90 * time.Second,
		"beacon http://[::1]:5052/": time.Minute, "comet https://node.example.net/rpc --head-age 24h": 24 * time.Hour, "alive http://127.0.0.1:1": 0,
	} {
		judge, asked, problem := read(strings.Fields(text))
		if problem != "" || judge == nil || asked.headAge != headAge || strings.HasSuffix(asked.address, "/") || asked.isGenesisOK != strings.Contains(text, "genesis") {
			t.Errorf("%s: %+v, %s", text, asked, problem)
		}
	}
	for text, wanted := range map[string]string{
		"":                               "say what is asked",
		"beacon":                         "say what is asked",
		"geth http://x":                  "is none of",
		"beacon 127.0.0.1:1":             "no address",
		"beacon ftp://x":                 "no address",
		"beacon http://":                 "no address",
		"beacon http://a:b@x":            "no address",
		"beacon http://x?a=b":            "no address",
		"beacon http://x#a":              "no address",
		"beacon http://x:port":           "no address",
		"beacon http://x --head-age":     "1s to 24h",
		"beacon http://x --head-age 90":  "1s to 24h",
		"beacon http://x --head-age 25h": "1s to 24h",
		"beacon http://x --head-age 0s":  "1s to 24h",
		"beacon http://x --head-age=90s": "knows no",
		"beacon http://x --head-age 1m --head-age 1m": "twice",
		"beacon http://x --genesis-ok":                "knows no",
		"alive http://x --head-age 1m":                "knows no",
		"execution http://x http://y":                 "knows no",
	} {
		if _, _, problem := read(strings.Fields(text)); !strings.Contains(problem, wanted) {
			t.Errorf("%s: %q, not %q", text, problem, wanted)
		}
	}
}
