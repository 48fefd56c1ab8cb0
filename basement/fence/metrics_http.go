// The metrics over HTTP, for a Prometheus that comes to each pod. Whatever happens here, the fence goes on as if nobody asked.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// mostAsking at once; whoever comes on top waits until one of them is gone.
	mostAsking    = 8
	askingWithin  = 5 * time.Second
	mostAskedText = 8 << 10
)

// shown is the newest state: written by the fence, read by whoever asks. Neither waits for the other.
type shown struct {
	latest atomic.Pointer[metrics]
}

// listen says so when nobody can be heard there; after that nothing is said but that it is over.
func (shown *shown) listen(address string, says *fenceLog) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           shown,
		ReadTimeout:       askingWithin,
		ReadHeaderTimeout: askingWithin,
		WriteTimeout:      askingWithin,
		MaxHeaderBytes:    mostAskedText,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	server.SetKeepAlivesEnabled(false)
	go func() {
		err := server.Serve(&fewAtOnce{listener, make(chan struct{}, mostAsking)})
		says.lasts("metrics over HTTP", fmt.Sprintf("nobody gets metrics at %s any more: %v; nothing else depends on it", address, err))
	}()
	return nil
}

func (shown *shown) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	switch {
	case request.URL.Path != "/metrics":
		http.Error(response, "only /metrics is here", http.StatusNotFound)
	case request.Method != http.MethodGet:
		response.Header().Set("Allow", http.MethodGet)
		http.Error(response, "only GET", http.StatusMethodNotAllowed)
	default:
		response.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = io.WriteString(response, shown.latest.Load().text())
	}
}

// fewAtOnce keeps those who ask from taking the memory of the fence.
type fewAtOnce struct {
	net.Listener
	places chan struct{}
}

func (few *fewAtOnce) Accept() (net.Conn, error) {
	few.places <- struct{}{}
	connection, err := few.Listener.Accept()
	if err != nil {
		<-few.places
		return nil, err
	}
	return &counted{Conn: connection, free: sync.OnceFunc(func() { <-few.places })}, nil
}

type counted struct {
	net.Conn
	free func()
}

func (counted *counted) Close() error {
	defer counted.free()
	return counted.Conn.Close()
}
