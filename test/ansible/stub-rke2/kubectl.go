// kubectl, as far as somebody asks it here: nodes, their labels and taints, cordon, drain and delete.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
)

func complain(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

type apiClient struct {
	server string
	client *http.Client
}

var withoutValue = []string{"overwrite", "ignore-daemonsets", "delete-emptydir-data", "force", "no-headers", "ignore-not-found"}

func arguments(args []string) (words []string, flags map[string]string) {
	flags = map[string]string{}
	for at := 0; at < len(args); at++ {
		if !strings.HasPrefix(args[at], "-") || args[at] == "-" {
			words = append(words, args[at])
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(args[at], "-"), "=")
		if !hasValue && !slices.Contains(withoutValue, name) && at+1 < len(args) {
			at++
			value = args[at]
		}
		switch name {
		case "o":
			name = "output"
		case "n":
			name = "namespace"
		}
		flags[name] = value
	}
	return words, flags
}

func connect(flags map[string]string) apiClient {
	path := flags["kubeconfig"]
	if path == "" {
		path = os.Getenv("KUBECONFIG")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		complain("The connection to the server localhost:8080 was refused - did you specify the right host or port?")
	}
	field := func(name string) string {
		found := regexp.MustCompile(`(?m)^\s*` + name + `:\s*(\S+)\s*$`).FindSubmatch(text)
		if found == nil {
			complain("%s has no %s", path, name)
		}
		return unquoted(string(found[1]))
	}
	decoded := func(name string) []byte { return must(base64.StdEncoding.DecodeString(field(name))) }
	pair := must(tls.X509KeyPair(decoded("client-certificate-data"), decoded("client-key-data")))
	pool := authority{Cert: string(decoded("certificate-authority-data"))}.pool()
	server := flags["server"]
	if server == "" {
		server = field("server")
	}
	return apiClient{server, clientOf(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}})}
}

func (a apiClient) do(method, path string, question any) []byte {
	request := must(http.NewRequest(method, a.server+path, bytes.NewReader(must(json.Marshal(question)))))
	response, err := a.client.Do(request)
	if err != nil {
		complain("Unable to connect to the server: %v", err)
	}
	defer response.Body.Close()
	text := must(io.ReadAll(response.Body))
	if response.StatusCode != http.StatusOK {
		message := strings.TrimSpace(string(text))
		if !strings.HasPrefix(message, "Error") {
			message = "Error from server: " + message
		}
		complain("%s", message)
	}
	return text
}

func kubectl(args []string) {
	words, flags := arguments(args)
	if len(words) == 0 {
		complain("kubectl controls the Kubernetes cluster manager (stub)")
	}
	api := connect(flags)
	verb, words := words[0], words[1:]
	if slices.Contains([]string{"label", "taint", "delete"}, verb) {
		if len(words) == 0 || !isNodes(words[0]) {
			complain("the stub has nodes only")
		}
		words = words[1:]
	}
	if verb != "get" && len(words) == 0 {
		complain("error: a name is needed")
	}
	yes, no := true, false
	switch verb {
	case "get":
		api.get(words, flags)
	case "cordon", "drain":
		api.do(http.MethodPatch, "/api/v1/nodes/"+words[0], change{Unschedulable: &yes})
		fmt.Printf("node/%s %s\n", words[0], map[string]string{"cordon": "cordoned", "drain": "drained"}[verb])
	case "uncordon":
		api.do(http.MethodPatch, "/api/v1/nodes/"+words[0], change{Unschedulable: &no})
		fmt.Printf("node/%s uncordoned\n", words[0])
	case "delete":
		api.do(http.MethodDelete, "/api/v1/nodes/"+words[0], nil)
		fmt.Printf("node %q deleted\n", words[0])
	case "label":
		wanted := map[string]*string{}
		for _, each := range words[1:] {
			if key, value, found := strings.Cut(each, "="); found {
				wanted[key] = &value
			} else {
				wanted[strings.TrimSuffix(each, "-")] = nil
			}
		}
		api.do(http.MethodPatch, "/api/v1/nodes/"+words[0], change{Labels: wanted})
		fmt.Printf("node/%s labeled\n", words[0])
	case "taint":
		var wanted change
		for _, each := range words[1:] {
			if key, isGone := strings.CutSuffix(each, "-"); isGone {
				wanted.Untaints = append(wanted.Untaints, key)
			} else {
				wanted.Taints = append(wanted.Taints, each)
			}
		}
		api.do(http.MethodPatch, "/api/v1/nodes/"+words[0], wanted)
		fmt.Printf("node/%s tainted\n", words[0])
	default:
		complain("error: unknown command %q for \"kubectl\" (stub)", verb)
	}
}

func isNodes(word string) bool { return slices.Contains([]string{"no", "node", "nodes"}, word) }

func (a apiClient) get(words []string, flags map[string]string) {
	if raw := flags["raw"]; raw != "" {
		must(os.Stdout.Write(a.do(http.MethodGet, raw, nil)))
		return
	}
	if len(words) == 2 && strings.HasPrefix(words[0], "namespace") {
		must(os.Stdout.Write(a.do(http.MethodGet, "/api/v1/namespaces/"+words[1], nil)))
		return
	}
	if len(words) == 0 || !isNodes(words[0]) {
		complain("error: the server doesn't have a resource type %v (stub)", words)
	}
	path := "/api/v1/nodes"
	if len(words) > 1 {
		path += "/" + words[1]
	}
	text := a.do(http.MethodGet, path, nil)
	if flags["output"] == "json" {
		must(os.Stdout.Write(text))
		return
	}
	type shown struct {
		Metadata struct{ Name string }
		Spec     struct{ Unschedulable bool }
		Status   struct {
			Conditions []struct{ Type, Status string }
			Addresses  []struct{ Type, Address string }
			NodeInfo   struct{ KubeletVersion string }
		}
	}
	var list struct{ Items []shown }
	check(json.Unmarshal(text, &list))
	if len(words) > 1 {
		list.Items = make([]shown, 1)
		check(json.Unmarshal(text, &list.Items[0]))
	}
	fmt.Println("NAME STATUS VERSION INTERNAL-IP")
	for _, each := range list.Items {
		state := map[bool]string{true: "Ready", false: "NotReady"}[each.Status.Conditions[0].Status == "True"]
		if each.Spec.Unschedulable {
			state += ",SchedulingDisabled"
		}
		fmt.Println(each.Metadata.Name, state, each.Status.NodeInfo.KubeletVersion, each.Status.Addresses[0].Address)
	}
}
