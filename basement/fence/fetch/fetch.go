// Package fetch asks over HTTP, once: short, bounded, by no proxy, and never to where a redirect points.
package fetch

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
	"syscall"
	"time"

	"basement-watchdog/fence/rules"
)

// Within is how long one answer may take, all of it.
const Within = 5 * time.Second

// NewClient makes a client without a memory: no connection is kept, so that none can be a dead one.
func NewClient(authorities *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout:       Within,
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

// Answer is what came, with whatever status. Only of status 200 there is a body.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Once sends one request. An answer with more than so many bytes is none.
func Once(client *http.Client, request *http.Request, most int64) (Answer, *rules.Refused) {
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, Refusal(err)
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode, Header: response.Header}
	if answer.Status != http.StatusOK {
		return answer, nil
	}
	answer.Body, err = io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return Answer{}, Refusal(err)
	}
	if int64(len(answer.Body)) > most {
		return Answer{}, &rules.Refused{Reason: "size", Detail: fmt.Sprintf("its answer is over %d bytes", most)}
	}
	return answer, nil
}

// Refusal puts an error of the network into one of the closed reasons. The text never holds a header.
func Refusal(err error) *rules.Refused {
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
		return &rules.Refused{Reason: "timeout", Detail: fmt.Sprintf("no answer within %v", Within)}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &rules.Refused{Reason: "refused", Detail: "the connection is refused"}
	case errors.Is(err, http.ErrSchemeMismatch):
		return &rules.Refused{Reason: "tls", Detail: "it speaks no TLS"}
	case errors.As(err, &unknown), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &certificate):
		return &rules.Refused{Reason: "tls", Detail: err.Error()}
	}
	return &rules.Refused{Reason: "network", Detail: err.Error()}
}
