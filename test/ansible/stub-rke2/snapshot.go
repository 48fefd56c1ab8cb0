// Snapshots of the database, and the return to one.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const snapshotFolder = data + "/server/db/snapshots"

type snapshotAsked struct {
	Name string `json:"name"`
}

func (srv *server) snapshot(asked snapshotAsked) (snapshotAsked, int, string) {
	if !srv.hasQuorum() {
		return asked, http.StatusServiceUnavailable, "etcdserver: no leader"
	}
	srv.Lock()
	defer srv.Unlock()
	name := fmt.Sprintf("%s-%s-%d", asked.Name, srv.Name, time.Now().Unix())
	writeFile(filepath.Join(snapshotFolder, name), string(must(json.Marshal(srv.kept))), 0o600)
	return snapshotAsked{name}, http.StatusOK, ""
}

func snapshots(args []string) {
	s := settingsOf(args)
	if len(args) == 0 {
		fatal("etcd-snapshot: save or list")
	}
	s = settingsOf(args[1:])
	switch args[0] {
	case "save":
		found, hasData := load()
		if !hasData {
			fatal("no database here")
		}
		password := tokenOf(strings.TrimSpace(string(must(os.ReadFile(data + "/server/token"))))).password
		client := newPeers(&store{kept: found}, password).client
		name := s.one("name")
		if name == "" {
			name = "on-demand"
		}
		var saved snapshotAsked
		if err := post(client, "https://127.0.0.1:"+supervisorPort+"/stub/snapshot", "server", password, snapshotAsked{name}, &saved); err != nil {
			fatal("%v", err)
		}
		info("Snapshot %s saved.", saved.Name)
	case "list", "ls":
		fmt.Println("Name Location Size Created")
		files := must(filepath.Glob(snapshotFolder + "/*"))
		for _, path := range files {
			about := must(os.Stat(path))
			fmt.Printf("%s file://%s %d %s\n", filepath.Base(path), path, about.Size(), about.ModTime().UTC().Format(time.RFC3339))
		}
	default:
		fatal("etcd-snapshot: save or list")
	}
}

// reset makes this server the only member, of what a snapshot holds or of what it has.
func reset(s settings) {
	flag := data + "/server/db/reset-flag"
	if _, err := os.Stat(flag); err == nil {
		fatal("Managed etcd cluster membership was already reset, please remove the cluster-reset flag and start rke2 normally. If you need to perform another cluster reset, you must first manually delete the %s file", flag)
	}
	found, hasData := load()
	if path := s.one("cluster-reset-restore-path"); path != "" {
		if _, err := os.Stat(path); err != nil {
			path = filepath.Join(snapshotFolder, path)
		}
		var taken kept
		check(json.Unmarshal(must(os.ReadFile(path)), &taken))
		if given := tokenOf(s.one("token")); given.password != "" && digest(given.password) != taken.TokenHash {
			fatal("bootstrap data already found and encrypted with different token")
		}
		if hasData {
			check(os.Rename(database, fmt.Sprintf("%s-old-%d", database, time.Now().Unix())))
		}
		found, hasData = taken, true
	}
	if !hasData {
		fatal("there is no database here to reset")
	}
	me := s.node("server")
	found.Name, found.Incarnation = me.Name, random(8)
	st := &store{kept: found}
	for _, each := range under[member](st, "member/") {
		if each.Name != me.Name {
			st.merge(map[string]record{"member/" + each.Name: st.next(nil)})
		}
	}
	for key, value := range map[string]any{"member/" + me.Name: member{me.Name, me.Address}, "password/" + me.Name: digest(nodePassword())} {
		st.merge(map[string]record{key: st.next(value)})
	}
	st.save()
	writeFile(flag, "", 0o600)
	info("Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. Backup and delete ${datadir}/server/db on each peer etcd server and rejoin the nodes")
}
