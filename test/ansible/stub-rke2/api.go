// What a server answers on :6443: whether it is ready, to anybody, and its nodes, to whoever has a certificate of the cluster.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// change is what kubectl asks for a node; nil leaves things as they are.
type change struct {
	Unschedulable *bool              `json:"unschedulable,omitempty"`
	Labels        map[string]*string `json:"labels,omitempty"`
	Taints        []string           `json:"taints,omitempty"`
	Untaints      []string           `json:"untaints,omitempty"`
}

type object = map[string]any

func (srv *server) object(each node) object {
	ready := map[bool]string{true: "True", false: "Unknown"}[srv.isReady(each.Name)]
	taints := []object{}
	for _, taint := range each.Taints {
		pair, effect, _ := strings.Cut(taint, ":")
		key, value, _ := strings.Cut(pair, "=")
		taints = append(taints, object{"key": key, "value": value, "effect": effect})
	}
	spec := object{"taints": taints}
	if each.Unschedulable {
		spec["unschedulable"] = true
	}
	return object{
		"apiVersion": "v1", "kind": "Node",
		"metadata": object{"name": each.Name, "labels": each.Labels, "annotations": object{}},
		"spec":     spec,
		"status": object{
			"conditions": []object{{"type": "Ready", "status": ready}},
			"addresses":  []object{{"type": "InternalIP", "address": each.Address}, {"type": "Hostname", "address": each.Name}},
			"nodeInfo":   object{"kubeletVersion": each.Version},
		},
	}
}

func (srv *server) api() http.Handler {
	mux := http.NewServeMux()
	health := func(writer http.ResponseWriter, _ *http.Request) {
		if !srv.hasQuorum() {
			http.Error(writer, "[-]etcd failed: reason withheld\nreadyz check failed", http.StatusInternalServerError)
			return
		}
		must(writer.Write([]byte("ok")))
	}
	mux.HandleFunc("GET /readyz", health)
	mux.HandleFunc("GET /livez", func(writer http.ResponseWriter, _ *http.Request) { must(writer.Write([]byte("ok"))) })
	known := func(work func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
		return func(writer http.ResponseWriter, request *http.Request) {
			switch {
			case len(request.TLS.PeerCertificates) == 0:
				http.Error(writer, "Unauthorized", http.StatusUnauthorized)
			case !srv.hasQuorum():
				http.Error(writer, "etcdserver: no leader", http.StatusServiceUnavailable)
			default:
				work(writer, request)
			}
		}
	}
	answer := func(writer http.ResponseWriter, value any) { check(json.NewEncoder(writer).Encode(value)) }
	mux.HandleFunc("GET /api/v1/namespaces/kube-system", known(func(writer http.ResponseWriter, _ *http.Request) {
		id, _ := get[string](srv.store, "cluster")
		answer(writer, object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": "kube-system", "uid": id}})
	}))
	mux.HandleFunc("GET /api/v1/nodes", known(func(writer http.ResponseWriter, _ *http.Request) {
		items := []object{}
		for _, each := range under[node](srv.store, "node/") {
			items = append(items, srv.object(each))
		}
		answer(writer, object{"apiVersion": "v1", "kind": "List", "items": items})
	}))
	one := func(work func(http.ResponseWriter, *http.Request, node)) http.HandlerFunc {
		return known(func(writer http.ResponseWriter, request *http.Request) {
			name := request.PathValue("name")
			found, isKnown := get[node](srv.store, "node/"+name)
			if !isKnown {
				http.Error(writer, fmt.Sprintf("Error from server (NotFound): nodes %q not found", name), http.StatusNotFound)
				return
			}
			work(writer, request, found)
		})
	}
	mux.HandleFunc("GET /api/v1/nodes/{name}", one(func(writer http.ResponseWriter, _ *http.Request, found node) { answer(writer, srv.object(found)) }))
	mux.HandleFunc("DELETE /api/v1/nodes/{name}", one(srv.remove))
	mux.HandleFunc("PATCH /api/v1/nodes/{name}", one(srv.patch))
	return mux
}

func isAdmin(request *http.Request) bool {
	return request.TLS.PeerCertificates[0].Subject.CommonName == "system:admin"
}

func (srv *server) remove(writer http.ResponseWriter, request *http.Request, found node) {
	if !isAdmin(request) {
		http.Error(writer, "Error from server (Forbidden)", http.StatusForbidden)
		return
	}
	for _, prefix := range []string{"node/", "password/", "member/"} {
		if err := srv.put(prefix+found.Name, nil); err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	must(writer.Write([]byte("{}")))
}

func (srv *server) patch(writer http.ResponseWriter, request *http.Request, found node) {
	var wanted change
	if err := json.NewDecoder(request.Body).Decode(&wanted); err != nil || !isAdmin(request) {
		http.Error(writer, fmt.Sprintf("Error from server (Forbidden): %v", err), http.StatusForbidden)
		return
	}
	if wanted.Unschedulable != nil {
		found.Unschedulable = *wanted.Unschedulable
	}
	for key, value := range wanted.Labels {
		if value == nil {
			delete(found.Labels, key)
		} else {
			found.Labels[key] = *value
		}
	}
	for _, key := range append(wanted.Untaints, wanted.Taints...) {
		name, effect, hasEffect := strings.Cut(key, ":")
		name, _, _ = strings.Cut(name, "=")
		var left []string
		for _, taint := range found.Taints {
			its, itsEffect, _ := strings.Cut(taint, ":")
			its, _, _ = strings.Cut(its, "=")
			if its != name || (hasEffect && effect != itsEffect) {
				left = append(left, taint)
			}
		}
		found.Taints = left
	}
	found.Taints = append(found.Taints, wanted.Taints...)
	if err := srv.put("node/"+found.Name, found); err != nil {
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	must(writer.Write([]byte("{}")))
}
