// What the servers of a cluster agree on: records, of which the one with the higher revision counts, kept in one file.
package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// record is deleted when it has no value; it stays, so that nobody brings the old one back.
type record struct {
	Value    json.RawMessage `json:"value,omitempty"`
	Revision int64           `json:"revision"`
	By       string          `json:"by"`
}

// kept is all that is in the database of a server.
type kept struct {
	// Name of this server, and which of the cluster's databases this is: another one begins with a reset.
	Name        string            `json:"name"`
	Incarnation string            `json:"incarnation"`
	TokenHash   string            `json:"tokenHash"`
	AgentToken  string            `json:"agentToken"`
	Authority   authority         `json:"authority"`
	Records     map[string]record `json:"records"`
}

type store struct {
	sync.Mutex
	kept
}

type node struct {
	Name          string            `json:"name"`
	Role          string            `json:"role"`
	Address       string            `json:"address"`
	Version       string            `json:"version"`
	Labels        map[string]string `json:"labels"`
	Taints        []string          `json:"taints"`
	Unschedulable bool              `json:"unschedulable"`
}

type member struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

const recordsFile = database + "/records.json"

func writeFile(path, text string, mode os.FileMode) {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	check(os.WriteFile(path+".new", []byte(text), mode))
	check(os.Chmod(path+".new", mode))
	check(os.Rename(path+".new", path))
}

func (s *store) save() {
	check(os.MkdirAll(database, 0o700))
	writeFile(recordsFile, string(must(json.Marshal(s.kept))), 0o600)
}

func load() (kept, bool) {
	text, err := os.ReadFile(recordsFile)
	if os.IsNotExist(err) {
		return kept{}, false
	}
	check(err)
	var found kept
	check(json.Unmarshal(text, &found))
	return found, true
}

func newer(a, b record) bool {
	return a.Revision > b.Revision || (a.Revision == b.Revision && a.By > b.By)
}

// merge takes what is newer and says whether anything was.
func (s *store) merge(records map[string]record) bool {
	s.Lock()
	defer s.Unlock()
	changed := false
	for key, theirs := range records {
		if ours, found := s.Records[key]; !found || newer(theirs, ours) {
			s.Records[key] = theirs
			changed = true
		}
	}
	if changed {
		s.save()
	}
	return changed
}

// next is the record that would replace what is under a key.
func (s *store) next(value any) record {
	s.Lock()
	defer s.Unlock()
	last := int64(0)
	for _, each := range s.Records {
		last = max(last, each.Revision)
	}
	made := record{Revision: last + 1, By: s.Name}
	if value != nil {
		made.Value = must(json.Marshal(value))
	}
	return made
}

func (s *store) all() map[string]record {
	s.Lock()
	defer s.Unlock()
	return maps.Clone(s.Records)
}

func (s *store) digest() string {
	return digest(string(must(json.Marshal(s.all()))))
}

func get[T any](s *store, key string) (T, bool) {
	s.Lock()
	defer s.Unlock()
	var value T
	found, is := s.Records[key]
	if !is || found.Value == nil {
		return value, false
	}
	check(json.Unmarshal(found.Value, &value))
	return value, true
}

// under are the values below a prefix, by name.
func under[T any](s *store, prefix string) []T {
	var found []T
	for _, key := range slices.Sorted(maps.Keys(s.all())) {
		if strings.HasPrefix(key, prefix) {
			if value, is := get[T](s, key); is {
				found = append(found, value)
			}
		}
	}
	return found
}
