// The id of this machine: made here once, or Compute's own.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	madeInstance    = regexp.MustCompile(`^[0-9a-f]{32}$`)
	computeInstance = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// ownInstance reads the id of a machine at home, and makes it at the first start.
func ownInstance(folder string) (string, error) {
	path := filepath.Join(folder, "instance")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		random := make([]byte, 16)
		_, _ = rand.Read(random)
		err = createFile(path, []byte(hex.EncodeToString(random)+"\n"), 0o644)
		if err == nil || errors.Is(err, os.ErrExist) {
			text, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", err
	}
	instance := strings.TrimSpace(string(text))
	if !madeInstance.MatchString(instance) {
		return "", fmt.Errorf("%s must be 32 hex digits and is not; remove it to make a new one, and then give the keys to this house anew with `watchdog handover take`", path)
	}
	return instance, nil
}

// findInstance is the id that the keys database names for this machine.
func findInstance(ctx context.Context, web *http.Client, given settings) (string, error) {
	if !given.isCompute {
		return ownInstance(given.stateDir)
	}
	id, refused := metadata(ctx, web, given.metadataHost, "id")
	if refused != nil {
		return "", refused
	}
	if id = strings.TrimSpace(id); !computeInstance.MatchString(id) {
		return "", errors.New("the metadata server's id of this machine is not a number")
	}
	return id, nil
}
