// What lies in the images of a standby that is tested: it takes a client's name and flags, listens where they say, makes a client's identities, and answers what a file tells it.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type client struct {
	// Flags of the address and the port of what it offers to people, and of what it offers to other nodes.
	api, p2p []string
	home     string
	// Files that this client would make at its first start.
	identities []string
	others     map[string]string
}

var clients = map[string]client{
	"geth": {
		api: []string{"http.addr http.port", "metrics.addr metrics.port"}, p2p: []string{"port"}, home: "datadir",
		identities: []string{"geth/nodekey", "geth/nodes/000001.log"},
	},
	"lighthouse": {
		api: []string{"http-address http-port", "metrics-address metrics-port"}, p2p: []string{"port"}, home: "datadir",
		identities: []string{"beacon/network/key", "beacon/network/enr.dat"},
		others:     map[string]string{"beacon/chain_db/CURRENT": "its database"},
	},
	"bera-reth": {
		api: []string{"http.addr http.port", "metrics"}, p2p: []string{"port"}, home: "datadir",
		identities: []string{"discovery-secret", "known-peers.json"},
	},
	"beacond": {
		api: []string{"rpc.laddr"}, p2p: []string{"p2p.laddr"}, home: "home",
		identities: []string{"config/node_key.json", "config/addrbook.json"},
		// The agent reads them.
		others: map[string]string{
			"config/priv_validator_key.json": `{"address":"66687AADF862BD776C8FC18B8E9F8E2008971485","pub_key":{"type":"cometbft/PubKeyBls12_381","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"priv_key":{"type":"cometbft/PrivKeyBls12_381","value":"none"}}`,
			"data/priv_validator_state.json": `{"height":"0","round":0,"step":0}`,
		},
	},
}

func flagsOf(args []string) map[string]string {
	flags := map[string]string{}
	for i, arg := range args {
		name, isFlag := strings.CutPrefix(arg, "--")
		if !isFlag {
			continue
		}
		name, value, hasValue := strings.Cut(name, "=")
		if !hasValue && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			value = args[i+1]
		}
		flags[name] = value
	}
	return flags
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "stub:", err)
		os.Exit(1)
	}
}

// `127.0.0.1:8545` of two flags or of one, also when it is written `tcp://…`; a port alone is on every address.
func addressOf(flags map[string]string, names string) string {
	words := strings.Fields(names)
	if len(words) == 2 {
		return net.JoinHostPort(flags[words[0]], flags[words[1]])
	}
	value := strings.TrimPrefix(flags[words[0]], "tcp://")
	if strings.Contains(value, ":") {
		return value
	}
	return ":" + value
}

// The answer to a JSON-RPC method, wrapped, or to a path, as it is. Nothing is known before somebody has written the file.
func answerer(file string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]json.RawMessage{}
		text, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(text, &answers) != nil {
			http.Error(w, "still starting", http.StatusServiceUnavailable)
			return
		}
		asked := struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}{}
		_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&asked)
		w.Header().Set("content-type", "application/json")
		if asked.Method != "" {
			result, known := answers[asked.Method]
			if !known {
				http.Error(w, "unknown method", http.StatusNotFound)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": asked.ID, "result": result})
			return
		}
		answer, known := answers[r.URL.Path]
		if !known {
			http.Error(w, "unknown path", http.StatusNotFound)
			return
		}
		_, _ = w.Write(answer)
	}
}

// A container has its own view of what it can reach.
func reach(address string) {
	connection, err := net.DialTimeout("tcp", address, 3*time.Second)
	must(err)
	_ = connection.Close()
	fmt.Println("reached")
}

// The log shipper: whether it can read the journal and ask the metadata server for a token is all that it says.
func ship() {
	journals, _ := filepath.Glob("/var/log/journal/*/system.journal")
	isReadable := false
	for _, journal := range journals {
		file, err := os.Open(journal)
		isReadable = isReadable || err == nil
		_ = file.Close()
	}
	connection, err := net.DialTimeout("tcp", "169.254.169.254:80", 3*time.Second)
	if err == nil {
		_ = connection.Close()
	}
	must(os.WriteFile("/var/lib/standby-logs/seen", []byte(fmt.Sprintf("journal %t, metadata server %t\n", isReadable, err == nil)), 0o600))
	for {
		time.Sleep(time.Hour)
	}
}

func main() {
	name := filepath.Base(os.Args[0])
	// The first process of a container is not ended by a signal that it does not handle.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	go func() {
		<-ended
		os.Exit(0)
	}()
	if len(os.Args) == 3 && os.Args[1] == "reach" {
		reach(os.Args[2])
		return
	}
	if name == "fluent-bit" {
		ship()
	}
	about, known := clients[name]
	if !known {
		must(fmt.Errorf("nothing is called %s", name))
	}
	flags := flagsOf(os.Args[1:])
	for flag, value := range flags {
		if strings.Contains(flag, "jwt") {
			secret, err := os.ReadFile(value)
			must(err)
			if len(strings.TrimSpace(string(secret))) < 64 {
				must(fmt.Errorf("%s holds no secret", value))
			}
		}
	}
	home := flags[about.home]
	made := map[string]string{}
	for _, identity := range about.identities {
		made[identity] = "an identity of " + name
	}
	maps.Copy(made, about.others)
	for path, content := range made {
		path = filepath.Join(home, path)
		must(os.MkdirAll(filepath.Dir(path), 0o700))
		must(os.WriteFile(path, []byte(content), 0o600))
	}
	for _, names := range about.p2p {
		listener, err := net.Listen("tcp", addressOf(flags, names))
		must(err)
		go func() {
			for {
				if connection, err := listener.Accept(); err == nil {
					_ = connection.Close()
				}
			}
		}()
	}
	failed := make(chan error)
	for _, names := range about.api {
		go func() {
			failed <- http.ListenAndServe(addressOf(flags, names), answerer(filepath.Join(home, "answers.json")))
		}()
	}
	fmt.Println("stub: started")
	must(<-failed)
}
