// What the fence remembers of a signer over its own end: one file, read strictly, written whole.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"basement-watchdog/fence/rules"
)

const keptSchema = 1

type keptFile struct {
	Schema int `json:"schema"`
	rules.Kept
}

func keptPath(folder, signer string) string { return filepath.Join(folder, signer+".json") }

// loadKept reads the file; one that is missing is a machine that never asked. Anything that cannot be understood is an error: then
// nobody knows what was denied here.
func loadKept(folder, signer, instance string) (rules.Kept, error) {
	path := keptPath(folder, signer)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return rules.Fresh(signer, instance).Kept, nil
	}
	if err != nil {
		return rules.Kept{}, err
	}
	kept, err := readKept(text)
	if err != nil {
		return rules.Kept{}, fmt.Errorf("%s cannot be understood: %w", path, err)
	}
	if kept.Signer != signer || kept.Instance != instance {
		return rules.Kept{}, fmt.Errorf("%s belongs to signer %q on instance %q, and this is %q on %q", path, kept.Signer, kept.Instance, signer, instance)
	}
	return kept, nil
}

func readKept(text []byte) (rules.Kept, error) {
	fields, err := rules.Fields(text)
	if err != nil {
		return rules.Kept{}, err
	}
	schema, err := rules.Whole(fields, "schema", 1)
	if err != nil {
		return rules.Kept{}, err
	}
	if schema != keptSchema {
		return rules.Kept{}, fmt.Errorf("a newer fence wrote it (schema %d): start that one", schema)
	}
	var kept rules.Kept
	var errs [6]error
	kept.Signer, errs[0] = rules.Text(fields, "signer")
	kept.Instance, errs[1] = rules.Text(fields, "instance")
	kept.Generation, errs[2] = rules.Whole(fields, "generation", 0)
	kept.Allowed, errs[3] = rules.Whole(fields, "allowed", rules.None)
	kept.Denied, errs[4] = rules.Whole(fields, "denied", rules.None)
	kept.MinHeight, errs[5] = rules.WholeOrNull(fields, "minHeight")
	if err := errors.Join(errs[:]...); err != nil {
		return rules.Kept{}, err
	}
	if kept.Generation < kept.Allowed || kept.Generation < kept.Denied {
		return rules.Kept{}, errors.New("its generation is below what was allowed or denied")
	}
	return kept, nil
}

func storeKept(folder string, kept rules.Kept) error {
	text, err := json.Marshal(keptFile{keptSchema, kept})
	if err != nil {
		return err
	}
	return replaceFile(keptPath(folder, kept.Signer), append(text, '\n'), 0o644)
}
