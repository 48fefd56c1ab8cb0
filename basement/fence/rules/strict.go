// Reads JSON so that it has one meaning only: no duplicated names, no other case of a name, nothing behind it.
package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MostSafe is the greatest whole number that every reader of JSON keeps exactly.
const MostSafe = int64(1)<<53 - 1

// Fields takes one JSON object apart. Names are taken as they are written: encoding/json would take "Verdict" for "verdict",
// and the last of two.
func Fields(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	first, err := decoder.Token()
	if err != nil || first != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	fields := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return nil, errors.New("it is not JSON")
		}
		if _, isThere := fields[name]; isThere {
			return nil, fmt.Errorf("it has %q twice", name)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, errors.New("it is not JSON")
		}
		fields[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errors.New("it is cut off")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("something stands behind it")
	}
	return fields, nil
}

// Text is the field as a text.
func Text(fields map[string]json.RawMessage, name string) (string, error) {
	var value *string
	raw, isThere := fields[name]
	if !isThere || json.Unmarshal(raw, &value) != nil || value == nil {
		return "", fmt.Errorf("%q is missing or not a text", name)
	}
	return *value, nil
}

// Whole is the field as a whole number that is not below least.
func Whole(fields map[string]json.RawMessage, name string, least int64) (int64, error) {
	var value *int64
	raw, isThere := fields[name]
	if !isThere || json.Unmarshal(raw, &value) != nil || value == nil || *value < least || *value > MostSafe {
		return 0, fmt.Errorf("%q is missing or not a whole number of at least %d", name, least)
	}
	return *value, nil
}

// WholeOrNull is the field as a whole number of at least 0, or nil where it says null. It must be there.
func WholeOrNull(fields map[string]json.RawMessage, name string) (*int64, error) {
	if raw, isThere := fields[name]; isThere && string(raw) == "null" {
		return nil, nil
	}
	value, err := Whole(fields, name, 0)
	if err != nil {
		return nil, err
	}
	return &value, nil
}
