// What a server answers on :9345: who may join, and what servers tell each other.
package main

import (
	"encoding/json"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"strings"
	"time"
)

var quiet = log.New(io.Discard, "", 0)

type joining struct {
	Node     node              `json:"node"`
	Password string            `json:"password"`
	Critical map[string]string `json:"critical"`
}

type joined struct {
	Kept    kept      `json:"kept"`
	Client  authority `json:"client"`
	Servers []string  `json:"servers"`
}

type alive struct {
	Name     string `json:"name"`
	Register *node  `json:"register,omitempty"`
}

// nodePassword is made once on each machine; another machine of the same name has another one.
func nodePassword() string {
	path := "/etc/rancher/node/password"
	if text, err := os.ReadFile(path); err == nil {
		return strings.TrimSpace(string(text))
	}
	made := random(16)
	check(os.MkdirAll("/etc/rancher/node", 0o700))
	writeFile(path, made+"\n", 0o600)
	return made
}

// handle refuses whoever has not one of the tokens, and answers in JSON.
func handle[Question, Answer any](srv *server, users []string, work func(Question) (Answer, int, string)) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		_, password, _ := request.BasicAuth()
		isServer := digest(password) == srv.TokenHash
		isAgent := len(users) > 1 && srv.AgentToken != "" && password == tokenOf(srv.AgentToken).password
		if !isServer && !isAgent {
			http.Error(writer, "not authorized", http.StatusUnauthorized)
			return
		}
		var question Question
		if err := json.NewDecoder(request.Body).Decode(&question); err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		answer, status, complaint := work(question)
		if status != http.StatusOK {
			http.Error(writer, complaint, status)
			return
		}
		check(json.NewEncoder(writer).Encode(answer))
	}
}

func (srv *server) addresses() []string {
	var found []string
	for _, each := range under[member](srv.store, "member/") {
		found = append(found, each.Address)
	}
	return found
}

func (srv *server) supervisor() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(writer http.ResponseWriter, _ *http.Request) { must(writer.Write([]byte("pong"))) })
	mux.HandleFunc("GET /cacerts", func(writer http.ResponseWriter, _ *http.Request) { must(writer.Write([]byte(srv.Authority.Cert))) })
	server, either := []string{"server"}, []string{"server", "node"}
	mux.HandleFunc("POST /stub/sync", handle(srv, server, func(asked exchange) (exchange, int, string) {
		answer, err := srv.answer(asked)
		if err != nil {
			return answer, http.StatusConflict, err.Error()
		}
		return answer, http.StatusOK, ""
	}))
	mux.HandleFunc("POST /stub/push", handle(srv, server, func(records map[string]record) (struct{}, int, string) {
		srv.merge(records)
		return struct{}{}, http.StatusOK, ""
	}))
	mux.HandleFunc("POST /stub/join", handle(srv, server, srv.admitServer))
	mux.HandleFunc("POST /stub/snapshot", handle(srv, server, srv.snapshot))
	mux.HandleFunc("POST /stub/agent", handle(srv, either, srv.admitAgent))
	mux.HandleFunc("POST /stub/alive", handle(srv, either, srv.hear))
	return mux
}

// refuses says why this machine may not have this name.
func (srv *server) refuses(asked joining) (int, string) {
	if !srv.hasQuorum() {
		return http.StatusServiceUnavailable, "etcdserver: no leader"
	}
	known, isKnown := get[string](srv.store, "password/"+asked.Node.Name)
	if isKnown && known != digest(asked.Password) {
		return http.StatusForbidden, "Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry"
	}
	return http.StatusOK, ""
}

func (srv *server) admitServer(asked joining) (joined, int, string) {
	if status, why := srv.refuses(asked); why != "" {
		return joined{}, status, why
	}
	ours, _ := get[map[string]string](srv.store, "critical")
	if !maps.Equal(ours, asked.Critical) {
		return joined{}, http.StatusBadRequest, "critical configuration value mismatch between servers"
	}
	for _, each := range under[member](srv.store, "member/") {
		if each.Name == asked.Node.Name || each.Address == asked.Node.Address {
			return joined{}, http.StatusConflict, "etcdserver: Peer URLs already exists"
		}
		// As etcd: nobody new while one of the present ones is not there.
		if !srv.isReady(each.Name) {
			return joined{}, http.StatusServiceUnavailable, "etcdserver: unhealthy cluster"
		}
	}
	// The member last: from then on it counts for the quorum.
	for _, each := range []struct {
		key   string
		value any
	}{{"password/", digest(asked.Password)}, {"node/", asked.Node}, {"member/", member{asked.Node.Name, asked.Node.Address}}} {
		if err := srv.put(each.key+asked.Node.Name, each.value); err != nil {
			return joined{}, http.StatusServiceUnavailable, err.Error()
		}
	}
	lent := kept{Name: asked.Node.Name, Incarnation: srv.Incarnation, TokenHash: srv.TokenHash, AgentToken: srv.AgentToken, Authority: srv.Authority, Records: srv.all()}
	return joined{Kept: lent}, http.StatusOK, ""
}

func (srv *server) admitAgent(asked joining) (joined, int, string) {
	if status, why := srv.refuses(asked); why != "" {
		return joined{}, status, why
	}
	if err := srv.put("password/"+asked.Node.Name, digest(asked.Password)); err != nil {
		return joined{}, http.StatusServiceUnavailable, err.Error()
	}
	client := srv.Authority.clientCertificate("system:node:" + asked.Node.Name)
	return joined{Client: client, Servers: srv.addresses()}, http.StatusOK, ""
}

func (srv *server) hear(told alive) (joined, int, string) {
	if told.Register != nil {
		if err := srv.register(*told.Register); err != nil {
			return joined{}, http.StatusServiceUnavailable, err.Error()
		}
	}
	if _, isKnown := get[node](srv.store, "node/"+told.Name); isKnown {
		srv.saw(told.Name, time.Now())
	}
	return joined{Servers: srv.addresses()}, http.StatusOK, ""
}
