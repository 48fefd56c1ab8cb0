// Asks a node and takes its answers apart. Every answer may be wrong, too long, late, or somebody else's.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

// mostBody: the largest is a full block with the hashes of all its transactions.
const mostBody = 4 << 20

type fields = map[string]json.RawMessage

// get reads a JSON object. Its errors name the path.
func (asked node) get(ctx context.Context, path string) (fields, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.address+path, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: it cannot be asked", path)
	}
	return asked.read(path, request)
}

// call is one of JSON-RPC, and answers its result.
func (asked node) call(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	if params == nil {
		params = []any{}
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, asked.address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: it cannot be asked", method)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := asked.read(method, request)
	if err != nil {
		return nil, err
	}
	if failure, isThere := answer["error"]; isThere && string(failure) != "null" {
		said, err := rules.Fields(failure)
		if err != nil {
			return nil, fmt.Errorf("%s: it refuses, and does not say why", method)
		}
		return nil, fmt.Errorf("%s: it refuses, with code %.12s", method, said["code"])
	}
	if string(answer["id"]) != "1" {
		return nil, fmt.Errorf("%s: it answers another question", method)
	}
	result, isThere := answer["result"]
	if !isThere {
		return nil, fmt.Errorf("%s: its answer has no result", method)
	}
	return result, nil
}

func (asked node) read(what string, request *http.Request) (fields, error) {
	answer, refused := fetch.Once(asked.web, request, mostBody)
	if refused != nil {
		return nil, fmt.Errorf("%s: %s", what, refused.Detail)
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("%s: it answers %d", what, answer.Status)
	}
	found, err := rules.Fields(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: its answer cannot be read: %w", what, err)
	}
	return found, nil
}

// inner is the object of that name.
func inner(outer fields, name string) (fields, error) {
	found, err := rules.Fields(outer[name])
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	return found, nil
}

func truth(from fields, name string) (bool, error) {
	switch string(from[name]) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", name)
}

// decimal is a whole number that is written as a text, as beacon nodes do.
func decimal(from fields, name string, most int64) (int64, error) {
	text, err := rules.Text(from, name)
	if err != nil {
		return 0, err
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || value > most {
		return 0, fmt.Errorf("%q is a number that cannot be", name)
	}
	return value, nil
}

// quantity is a whole number as execution clients write it.
func quantity(from fields, name string) (int64, error) {
	text, err := rules.Text(from, name)
	if err != nil {
		return 0, err
	}
	if len(text) < 3 || text[:2] != "0x" {
		return 0, fmt.Errorf("%q is no number like 0x1f", name)
	}
	value, err := strconv.ParseUint(text[2:], 16, 53)
	if err != nil {
		return 0, fmt.Errorf("%q is a number that cannot be", name)
	}
	return int64(value), nil
}

// unreadable puts the question before what cannot be understood of its answer.
func unreadable(what string, errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: its answer cannot be read: %w", what, err)
	}
	return nil
}
