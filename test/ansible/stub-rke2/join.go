// How a machine comes into a cluster: it looks whether it is the one that the token means, and shows the token then.
package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// authorityAt is the cluster's at an address, if it is the one that the token means.
func authorityAt(server string, given token) (authority, error) {
	client := clientOf(&tls.Config{InsecureSkipVerify: true})
	response, err := client.Get(server + "/cacerts")
	if err != nil {
		return authority{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return authority{}, err
	}
	if hash := digest(string(text)); given.hash != "" && given.hash != hash {
		fatal("token CA hash does not match the Cluster CA certificate hash: %s != %s", given.hash, hash)
	}
	return authority{Cert: string(text)}, nil
}

// request asks again for as long as that may help.
func request(server, path string, given token, question, answer any) authority {
	for {
		ca, err := authorityAt(server, given)
		if err == nil {
			client := clientOf(&tls.Config{RootCAs: ca.pool(), ServerName: must(url.Parse(server)).Hostname()})
			err = post(client, server+path, given.user, given.password, question, answer)
		}
		if err == nil {
			return ca
		}
		for _, final := range []string{"401", "403", "400 "} {
			if strings.Contains(err.Error(), ": "+final) {
				fatal("failed to validate connection to cluster at %s: %v", server, err)
			}
		}
		info("waiting for %s: %v", server, err)
		time.Sleep(every)
	}
}

func join(s settings, me node, given token) kept {
	if given.password == "" {
		fatal("--token is required to join a cluster")
	}
	var answer joined
	request(strings.TrimSuffix(s.one("server"), "/"), "/stub/join", given, joining{Node: me, Password: nodePassword(), Critical: s.critical()}, &answer)
	info("joined the cluster %s", digest(answer.Kept.Authority.Cert))
	return answer.Kept
}

func runAgent(s settings) {
	failsOnPurpose(true)
	me, given := s.node("agent"), tokenOf(s.one("token"))
	server := strings.TrimSuffix(s.one("server"), "/")
	if server == "" || given.password == "" {
		fatal("--server and --token are required")
	}
	var answer joined
	ca := request(server, "/stub/agent", given, joining{Node: me, Password: nodePassword()}, &answer)
	client := clientOf(&tls.Config{RootCAs: ca.pool(), ServerName: "kubernetes"})
	servers := answer.Servers
	tell := func(told alive) error {
		err := errors.New("no server")
		for _, address := range servers {
			var heard joined
			if err = post(client, "https://"+net.JoinHostPort(address, supervisorPort)+"/stub/alive", given.user, given.password, told, &heard); err == nil {
				// Also that kubectl here asks one that answers.
				writeKubelet(me.Name, "https://"+net.JoinHostPort(address, apiPort), ca.Cert, answer.Client)
				servers = heard.Servers
				return nil
			}
		}
		return err
	}
	isReady := false
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	for {
		failsOnPurpose(false)
		told := alive{Name: me.Name}
		if !isReady {
			told.Register = &me
		}
		if err := tell(told); err == nil && !isReady {
			info("rke2 agent is up and running: %s", version)
			notify("READY=1")
			isReady = true
		}
		select {
		case <-stop:
			return
		case <-time.After(2 * every):
		}
	}
}
