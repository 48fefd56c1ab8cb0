// Asks the gate, with a fresh nonce each time.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

// clockSlack is how far the gate's clock may be outside the time that the question took.
const clockSlack = time.Second

// heard is one round with the gate: an answer, or why there is none.
type heard struct {
	answer   *rules.Answer
	refused  *rules.Refused
	clockWhy string
}

func askGate(ctx context.Context, web *http.Client, given settings, instance string) heard {
	ctx, cancel := context.WithTimeout(ctx, fetch.Within)
	defer cancel()
	token, refused := gateToken(ctx, web, given)
	if refused != nil {
		return heard{refused: refused}
	}
	random := make([]byte, 16)
	// It never fails: the process ends instead.
	_, _ = rand.Read(random)
	question := rules.Question{Nonce: hex.EncodeToString(random), Signer: given.signer, Instance: instance}
	address := fmt.Sprintf("%s/%s?instance=%s&nonce=%s", given.gateURL, given.signer, url.QueryEscape(instance), question.Nonce)
	sent := time.Now()
	body, _, refused := get(ctx, web, address, map[string]string{"Authorization": "Bearer " + token}, mostAnswer)
	received := time.Now()
	if refused != nil {
		return heard{refused: refused}
	}
	answer, err := rules.Verify(body, question, given.gateKeys)
	if err != nil {
		if !errors.As(err, &refused) {
			refused = &rules.Refused{Reason: "answer", Detail: err.Error()}
		}
		return heard{refused: refused}
	}
	return heard{answer: &answer, clockWhy: clockWhy(answer.At, sent.UnixMilli(), received.UnixMilli())}
}

// clockWhy is empty when this machine's clock agrees with the gate's. All in ms.
func clockWhy(at, sent, received int64) string {
	slack := clockSlack.Milliseconds()
	if at >= sent-slack && at <= received+slack {
		return ""
	}
	off := time.Duration(received-at) * time.Millisecond
	direction := "ahead of"
	if off < 0 {
		off, direction = -off, "behind"
	}
	return fmt.Sprintf("this machine's clock is %v %s the gate's: synchronise it (chronyc tracking, timedatectl)", off.Round(100*time.Millisecond), direction)
}

func gateToken(ctx context.Context, web *http.Client, given settings) (string, *rules.Refused) {
	if !given.isCompute {
		return readToken(given.tokenFile)
	}
	path := "service-accounts/default/identity?format=full&audience=" + url.QueryEscape(given.gateURL)
	return metadata(ctx, web, given.metadataHost, path)
}

// metadata asks Compute's metadata server about this machine.
func metadata(ctx context.Context, web *http.Client, host, path string) (string, *rules.Refused) {
	address := fmt.Sprintf("http://%s/computeMetadata/v1/instance/%s", host, path)
	body, headers, refused := get(ctx, web, address, map[string]string{"Metadata-Flavor": "Google"}, mostAnswer)
	if refused == nil && headers.Get("Metadata-Flavor") != "Google" {
		refused = &rules.Refused{Detail: "somebody else answers in its place"}
	}
	if refused != nil {
		return "", &rules.Refused{Reason: "token", Detail: "the metadata server gives nothing: " + refused.Detail}
	}
	return string(body), nil
}
