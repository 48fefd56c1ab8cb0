// HTTP to the gate, the node and the metadata server: short, bounded, and never to where a redirect points.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"basement-watchdog/fence/rules"
)

const (
	answerWithin = 5 * time.Second
	mostAnswer   = 16 << 10
	mostNode     = 64 << 10
	mostSpec     = 1 << 20
)

// newWeb makes a client without a memory: no connection is kept, so that none can be a dead one.
func newWeb(authorities *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout:       answerWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableKeepAlives:  true,
			DisableCompression: true,
			TLSClientConfig:    &tls.Config{RootCAs: authorities},
			// An empty map: HTTP/1.1 is enough for one question.
			TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
			MaxResponseHeaderBytes: 32 << 10,
		},
	}
}

// get asks once, and says what came only with status 200.
func get(ctx context.Context, web *http.Client, address string, headers map[string]string, most int64) ([]byte, http.Header, *rules.Refused) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, &rules.Refused{Reason: "network", Detail: "the address cannot be asked"}
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := web.Do(request)
	if err != nil {
		return nil, nil, refusal(err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return nil, nil, &rules.Refused{Reason: "redirect", Detail: fmt.Sprintf("it answers with a redirect (%d), which is never followed", response.StatusCode)}
	case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
		return nil, nil, &rules.Refused{Reason: "status", Detail: fmt.Sprintf("it answers %d: the token is not known there", response.StatusCode)}
	case response.StatusCode != http.StatusOK:
		return nil, nil, &rules.Refused{Reason: "status", Detail: fmt.Sprintf("it answers %d", response.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, nil, refusal(err)
	}
	if int64(len(body)) > most {
		return nil, nil, &rules.Refused{Reason: "size", Detail: fmt.Sprintf("its answer is over %d bytes", most)}
	}
	return body, response.Header, nil
}

// refusal puts an error of the network into one of the closed reasons. The text never holds a header.
func refusal(err error) *rules.Refused {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var name *net.DNSError
	var network net.Error
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return &rules.Refused{Reason: "dns", Detail: fmt.Sprintf("the name %s cannot be looked up", name.Name)}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &rules.Refused{Reason: "timeout", Detail: fmt.Sprintf("no answer within %v", answerWithin)}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &rules.Refused{Reason: "refused", Detail: "the connection is refused"}
	case errors.Is(err, http.ErrSchemeMismatch):
		return &rules.Refused{Reason: "tls", Detail: "it speaks no TLS"}
	case errors.As(err, &unknown), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &certificate):
		return &rules.Refused{Reason: "tls", Detail: err.Error()}
	}
	return &rules.Refused{Reason: "network", Detail: err.Error()}
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
