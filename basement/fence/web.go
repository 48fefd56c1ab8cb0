// What is asked of the gate, the node and the metadata server, and the token for it.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

const (
	mostAnswer = 16 << 10
	mostNode   = 64 << 10
	mostSpec   = 1 << 20
)

// get asks once, and says what came only with status 200.
func get(ctx context.Context, web *http.Client, address string, headers map[string]string, most int64) ([]byte, http.Header, *rules.Refused) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, &rules.Refused{Reason: "network", Detail: "the address cannot be asked"}
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer, refused := fetch.Once(web, request, most)
	switch {
	case refused != nil:
		return nil, nil, refused
	case answer.Status >= 300 && answer.Status < 400:
		return nil, nil, &rules.Refused{Reason: "redirect", Detail: fmt.Sprintf("it answers with a redirect (%d), which is never followed", answer.Status)}
	case answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden:
		return nil, nil, &rules.Refused{Reason: "status", Detail: fmt.Sprintf("it answers %d: the token is not known there", answer.Status)}
	case answer.Status != http.StatusOK:
		return nil, nil, &rules.Refused{Reason: "status", Detail: fmt.Sprintf("it answers %d", answer.Status)}
	}
	return answer.Body, answer.Header, nil
}

// readToken reads the file anew each time, so that a changed token needs no new start.
func readToken(file string) (string, *rules.Refused) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", &rules.Refused{Reason: "token", Detail: "the token file cannot be read: " + err.Error()}
	}
	token := strings.TrimSpace(string(text))
	for _, each := range token {
		if each <= ' ' || each > '~' {
			token = ""
			break
		}
	}
	if token == "" || len(token) > 4096 {
		return "", &rules.Refused{Reason: "token", Detail: file + " holds no token: it must be one line without spaces"}
	}
	return token, nil
}
