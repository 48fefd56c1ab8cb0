// A server: begins a cluster, or joins one, or goes on with its database, and answers on :9345 and :6443.
package main

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type server struct {
	*peers
	settings settings
	me       node
	token    string
}

func (s settings) node(role string) node {
	name := s.one("node-name")
	if name == "" {
		name = strings.ToLower(must(os.Hostname()))
	}
	address := s.one("node-ip")
	if address == "" {
		// As the real one: the address from which the default route is taken.
		connection := must(net.Dial("udp", "198.18.0.1:9"))
		address = connection.LocalAddr().(*net.UDPAddr).IP.String()
		check(connection.Close())
	}
	labels := map[string]string{"kubernetes.io/hostname": name}
	if role == "server" {
		for _, each := range []string{"control-plane", "etcd"} {
			labels["node-role.kubernetes.io/"+each] = "true"
		}
	}
	for _, label := range s.list("node-label") {
		key, value, _ := strings.Cut(label, "=")
		labels[key] = value
	}
	return node{Name: name, Role: role, Address: address, Version: version, Labels: labels, Taints: s.list("node-taint")}
}

// critical are settings that must be the same on all servers.
func (s settings) critical() map[string]string {
	found := map[string]string{}
	for _, key := range []string{"cluster-cidr", "service-cidr", "secrets-encryption-provider", "profile", "disable-kube-proxy"} {
		found[key] = s.one(key)
	}
	return found
}

func (s settings) names(me node) []string {
	return append(s.list("tls-san"), me.Name, me.Address, s.one("advertise-address"))
}

func serve(s settings) {
	failsOnPurpose(true)
	if s.one("profile") != "" && !userExists("etcd") {
		fatal("profile %s: missing required user: etcd", s.one("profile"))
	}
	if s.one("cluster-reset") == "true" {
		reset(s)
		return
	}
	me := s.node("server")
	check(os.MkdirAll(data+"/server/db", 0o700))
	if _, err := os.Stat(database + "/tombstone"); err == nil {
		info("this server was removed from the cluster: its database is put aside")
		check(os.Rename(database, fmt.Sprintf("%s-removed-%d", database, time.Now().Unix())))
	}
	found, hasData := load()
	given := tokenOf(s.one("token"))
	switch {
	case hasData:
		if given.password != "" && digest(given.password) != found.TokenHash {
			fatal("bootstrap data already found and encrypted with different token")
		}
		if given.hash != "" && given.hash != digest(found.Authority.Cert) {
			fatal("token CA hash does not match the Cluster CA certificate hash: %s != %s", given.hash, digest(found.Authority.Cert))
		}
		check(os.RemoveAll(data + "/server/db/reset-flag"))
	case s.one("server") != "":
		found = join(s, me, given)
	default:
		found = begin(s, me, given)
	}
	password := given.password
	if password == "" {
		password = tokenOf(strings.TrimSpace(string(must(os.ReadFile(data + "/server/token"))))).password
	}
	st := &store{kept: found}
	st.save()
	srv := &server{peers: newPeers(st, password), settings: s, me: me, token: password}
	srv.writeFiles()
	srv.listen()
	srv.run()
}

// begin makes a new cluster, with everything in it.
func begin(s settings, me node, given token) kept {
	if given.hash != "" {
		fatal("cluster CA certificate is not trusted by the token, and there is no server to join")
	}
	if given.password == "" {
		given.password = random(16)
		writeFile(data+"/server/token", given.password, 0o600)
	}
	made := kept{Name: me.Name, Incarnation: random(8), TokenHash: digest(given.password), AgentToken: s.one("agent-token"), Authority: newAuthority(), Records: map[string]record{}}
	st := &store{kept: made}
	values := map[string]any{
		"member/" + me.Name: member{me.Name, me.Address}, "node/" + me.Name: me, "password/" + me.Name: digest(nodePassword()),
		"critical": s.critical(), "cluster": random(16),
	}
	for key, value := range values {
		st.merge(map[string]record{key: st.next(value)})
	}
	info("starting a new cluster %s", digest(made.Authority.Cert))
	return st.kept
}

func (srv *server) writeFiles() {
	tlsFolder := data + "/server/tls/"
	check(os.MkdirAll(tlsFolder, 0o700))
	writeFile(tlsFolder+"server-ca.crt", srv.Authority.Cert, 0o600)
	writeFile(tlsFolder+"server-ca.key", srv.Authority.Key, 0o600)
	writeFile(data+"/server/token", srv.Authority.full("server", srv.token)+"\n", 0o600)
	check(os.RemoveAll(data + "/server/node-token"))
	check(os.Symlink(data+"/server/token", data+"/server/node-token"))
	agent := srv.Authority.full("server", srv.token)
	if srv.AgentToken != "" {
		agent = srv.Authority.full("node", tokenOf(srv.AgentToken).password)
	}
	writeFile(data+"/server/agent-token", agent+"\n", 0o600)
	check(os.MkdirAll(data+"/server/manifests", 0o700))
	check(os.MkdirAll(data+"/server/db/snapshots", 0o700))
	// Kept over a restart, as the real one does.
	if text, _ := os.ReadFile(admin); !strings.Contains(string(text), encoded(srv.Authority.Cert)) {
		client := srv.Authority.clientCertificate("system:admin")
		writeFile(admin, kubeconfig("https://127.0.0.1:"+apiPort, srv.Authority.Cert, client), 0o600)
	}
	writeKubelet(srv.me.Name, "https://127.0.0.1:"+apiPort, srv.Authority.Cert, srv.Authority.clientCertificate("system:node:"+srv.me.Name))
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func kubeconfig(url, ca string, client authority) string {
	return fmt.Sprintf(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: %s
    server: %s
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
users:
- name: default
  user:
    client-certificate-data: %s
    client-key-data: %s
`, encoded(ca), url, encoded(client.Cert), encoded(client.Key))
}

// writeKubelet leaves what every node has: its own certificate, and kubectl.
func writeKubelet(name, url, ca string, client authority) {
	writeFile(data+"/agent/server-ca.crt", ca, 0o644)
	writeFile(data+"/agent/kubelet.kubeconfig", kubeconfig(url, ca, client), 0o600)
	writeFile(data+"/agent/client-kubelet.crt", client.Cert, 0o600)
	check(os.MkdirAll(data+"/bin", 0o755))
	path := data + "/bin/kubectl"
	check(os.RemoveAll(path))
	check(os.Symlink(must(filepath.EvalSymlinks(must(os.Executable()))), path))
}

func (srv *server) listen() {
	certificate := srv.Authority.serverCertificate(srv.settings.names(srv.me))
	start := func(port string, handler http.Handler) {
		listener := must(net.Listen("tcp", ":"+port))
		config := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: srv.Authority.pool()}
		web := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ErrorLog: quiet}
		go func() { fatal("%v", web.Serve(tls.NewListener(listener, config))) }()
	}
	start(supervisorPort, srv.supervisor())
	start(apiPort, srv.api())
}

func (srv *server) run() {
	// Once for whatever this start has changed, as a kubelet does that registers.
	isRegistered, isSaidReady := false, false
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	for {
		failsOnPurpose(false)
		srv.round()
		srv.saw(srv.me.Name, time.Now())
		if !isRegistered && srv.hasQuorum() {
			isRegistered = srv.register(srv.me) == nil
		}
		if isRegistered && !isSaidReady && srv.hasQuorum() {
			info("rke2 is up and running: %s %s", version, strings.Join(srv.memberNames(), ","))
			notify("READY=1")
			isSaidReady = true
		}
		select {
		case <-stop:
			return
		case <-time.After(every):
		}
	}
}

func (srv *server) memberNames() []string {
	var names []string
	for _, each := range under[member](srv.store, "member/") {
		names = append(names, each.Name)
	}
	slices.Sort(names)
	return names
}

// register keeps labels, taints and the mark of a cordon of a node that is known.
func (srv *server) register(me node) error {
	known, isKnown := get[node](srv.store, "node/"+me.Name)
	if isKnown {
		me.Unschedulable, me.Taints = known.Unschedulable, known.Taints
		labels := me.Labels
		me.Labels = known.Labels
		for key, value := range labels {
			me.Labels[key] = value
		}
		if fmt.Sprint(known) == fmt.Sprint(me) {
			return nil
		}
	}
	return srv.put("node/"+me.Name, me)
}

func userExists(name string) bool {
	return strings.Contains("\n"+string(must(os.ReadFile("/etc/passwd"))), "\n"+name+":")
}
