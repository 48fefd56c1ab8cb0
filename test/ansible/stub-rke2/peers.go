// How the servers of a cluster find each other alive, agree on a record, and lend each other what they missed.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

const (
	supervisorPort = "9345"
	apiPort        = "6443"
	every          = time.Second
	// Beyond this a peer is not counted, and a node is not ready.
	lostAfter     = 4 * time.Second
	notReadyAfter = 8 * time.Second
)

func clientOf(config *tls.Config) *http.Client {
	return &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{TLSClientConfig: config, IdleConnTimeout: time.Minute}}
}

// post returns the status as an error when it is not 200.
func post(client *http.Client, url, user, password string, question, answer any) error {
	request := must(http.NewRequest(http.MethodPost, url, bytes.NewReader(must(json.Marshal(question)))))
	request.SetBasicAuth(user, password)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", url, response.Status, bytes.TrimSpace(text))
	}
	return json.Unmarshal(text, answer)
}

type exchange struct {
	From        string                   `json:"from"`
	Incarnation string                   `json:"incarnation"`
	Digest      string                   `json:"digest"`
	Records     map[string]record        `json:"records,omitempty"`
	SeenAgo     map[string]time.Duration `json:"seenAgo"`
}

type peers struct {
	*store
	password string
	client   *http.Client
	clock    sync.Mutex
	// When each peer answered, and when each node was heard of, by this server or another.
	answered, seen map[string]time.Time
}

func newPeers(s *store, password string) *peers {
	config := &tls.Config{RootCAs: s.Authority.pool(), ServerName: "kubernetes"}
	return &peers{store: s, password: password, client: clientOf(config), answered: map[string]time.Time{}, seen: map[string]time.Time{}}
}

func (p *peers) others() []member {
	var found []member
	for _, each := range under[member](p.store, "member/") {
		if each.Name != p.Name {
			found = append(found, each)
		}
	}
	return found
}

func (p *peers) url(peer member, path string) string {
	return "https://" + net.JoinHostPort(peer.Address, supervisorPort) + path
}

func (p *peers) saw(name string, at time.Time) {
	p.clock.Lock()
	defer p.clock.Unlock()
	if at.After(p.seen[name]) {
		p.seen[name] = at
	}
}

func (p *peers) isReady(name string) bool {
	p.clock.Lock()
	defer p.clock.Unlock()
	return time.Since(p.seen[name]) < notReadyAfter
}

func (p *peers) hasQuorum() bool {
	others, alive := p.others(), 1
	p.clock.Lock()
	defer p.clock.Unlock()
	for _, peer := range others {
		if time.Since(p.answered[peer.Name]) < lostAfter {
			alive++
		}
	}
	return alive > (len(others)+1)/2
}

func (p *peers) told() exchange {
	ages := map[string]time.Duration{}
	p.clock.Lock()
	defer p.clock.Unlock()
	for name, at := range p.seen {
		ages[name] = time.Since(at)
	}
	return exchange{From: p.Name, Incarnation: p.Incarnation, Digest: p.digest(), SeenAgo: ages}
}

// answer is what a peer gets that asks: what it lacks, if anything.
func (p *peers) answer(asked exchange) (exchange, error) {
	if asked.Incarnation != p.Incarnation {
		return exchange{}, errors.New("etcd cluster ID mismatch: this database began elsewhere")
	}
	told := p.told()
	if asked.Digest != told.Digest {
		told.Records = p.all()
	}
	return told, nil
}

func (p *peers) ask(peer member) {
	var told exchange
	if err := post(p.client, p.url(peer, "/stub/sync"), "server", p.password, p.told(), &told); err != nil {
		return
	}
	p.merge(told.Records)
	for name, ago := range told.SeenAgo {
		p.saw(name, time.Now().Add(-ago))
	}
	p.clock.Lock()
	p.answered[peer.Name] = time.Now()
	p.clock.Unlock()
}

func (p *peers) round() {
	var all sync.WaitGroup
	for _, peer := range p.others() {
		all.Go(func() { p.ask(peer) })
	}
	all.Wait()
	if _, isMember := get[member](p.store, "member/"+p.Name); !isMember {
		writeFile(database+"/tombstone", p.Name+"\n", 0o600)
		fatal("this server has been removed from the cluster")
	}
}

// put has a majority remember it, or nobody is told that it is so.
func (p *peers) put(key string, value any) error {
	if !p.hasQuorum() {
		return errors.New("etcdserver: no leader")
	}
	made := map[string]record{key: p.next(value)}
	others := p.others()
	counts := make(chan int, len(others))
	for _, peer := range others {
		go func() {
			if post(p.client, p.url(peer, "/stub/push"), "server", p.password, made, &struct{}{}) == nil {
				counts <- 1
			} else {
				counts <- 0
			}
		}()
	}
	acknowledged := 1
	for range others {
		acknowledged += <-counts
	}
	if acknowledged <= (len(others)+1)/2 {
		return errors.New("etcdserver: request timed out")
	}
	p.merge(made)
	return nil
}

// notify is sd_notify.
func notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	connection, err := net.Dial("unixgram", path)
	if err != nil {
		return
	}
	defer connection.Close()
	must(connection.Write([]byte(state)))
}
