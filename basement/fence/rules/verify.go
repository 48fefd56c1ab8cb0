// What the gate answered: believed only when it is signed, and signed for this very question.
package rules

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// signedPrefix keeps a signature of the gate from meaning anything elsewhere.
const signedPrefix = "basement-watchdog gate 1\n"

// mostSignatures leaves room for the gate to change its key, and none for making us busy.
const mostSignatures = 8

// Question is what was asked: the answer must be to it.
type Question struct {
	Nonce    string `json:"nonce"`
	Signer   string `json:"signer"`
	Instance string `json:"instance"`
}

// Answer is what the gate says, as its signature proves.
type Answer struct {
	Nonce      string `json:"nonce"`
	Signer     string `json:"signer"`
	Instance   string `json:"instance"`
	Verdict    string `json:"verdict"`
	Generation int64  `json:"generation"`
	Holder     string `json:"holder"`
	MinHeight  *int64 `json:"minHeight"`
	// At is the gate's own time, in ms.
	At     int64  `json:"at"`
	Reason string `json:"reason"`
}

const (
	Allow = "allow"
	Deny  = "deny"
)

// Refused says why there is no answer. Reason is one of a closed set: body, signature, answer, nonce, signer, instance from Verify;
// timeout, dns, refused, tls, network, status, redirect, size, token from asking. Detail is one line without a secret.
type Refused struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

func (refused *Refused) Error() string { return refused.Reason + ": " + refused.Detail }

// Verify reads the body of the gate's answer. The error is always a *Refused.
func Verify(body []byte, question Question, keys []ed25519.PublicKey) (Answer, error) {
	text, signatures, err := readSigned(body)
	if err != nil {
		return Answer{}, &Refused{"body", "the body is not an answer of the gate: " + err.Error()}
	}
	if !isSigned(text, signatures, keys) {
		return Answer{}, &Refused{"signature", "none of the keys in FENCE_GATE_KEYS has signed it"}
	}
	answer, err := readAnswer(text)
	if err != nil {
		return Answer{}, &Refused{"answer", "the signed answer cannot be read: " + err.Error()}
	}
	switch {
	case answer.Nonce != question.Nonce:
		return Answer{}, &Refused{"nonce", "it answers another question, an old one perhaps"}
	case answer.Signer != question.Signer:
		return Answer{}, &Refused{"signer", "it answers for another signer"}
	case answer.Instance != question.Instance:
		return Answer{}, &Refused{"instance", "it answers for another instance"}
	}
	return answer, nil
}

func readSigned(body []byte) (string, [][]byte, error) {
	fields, err := Fields(body)
	if err != nil {
		return "", nil, err
	}
	text, err := Text(fields, "answer")
	if err != nil {
		return "", nil, err
	}
	var encoded []string
	if json.Unmarshal(fields["signatures"], &encoded) != nil || len(encoded) == 0 || len(encoded) > mostSignatures {
		return "", nil, errors.New("\"signatures\" is not a list of 1 to 8 texts")
	}
	signatures := make([][]byte, len(encoded))
	for index, each := range encoded {
		signature, err := base64.StdEncoding.Strict().DecodeString(each)
		if err != nil || len(signature) != ed25519.SignatureSize {
			return "", nil, errors.New("a signature is not base64 of 64 bytes")
		}
		signatures[index] = signature
	}
	return text, signatures, nil
}

func isSigned(text string, signatures [][]byte, keys []ed25519.PublicKey) bool {
	message := []byte(signedPrefix + text)
	for _, key := range keys {
		for _, signature := range signatures {
			if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, signature) {
				return true
			}
		}
	}
	return false
}

func readAnswer(text string) (Answer, error) {
	fields, err := Fields([]byte(text))
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	var problems []error
	for name, into := range map[string]*string{
		"nonce": &answer.Nonce, "signer": &answer.Signer, "instance": &answer.Instance,
		"verdict": &answer.Verdict, "holder": &answer.Holder, "reason": &answer.Reason,
	} {
		value, err := Text(fields, name)
		*into, problems = value, append(problems, err)
	}
	answer.Generation, err = Whole(fields, "generation", 0)
	problems = append(problems, err)
	answer.At, err = Whole(fields, "at", 0)
	problems = append(problems, err)
	answer.MinHeight, err = WholeOrNull(fields, "minHeight")
	problems = append(problems, err)
	if answer.Verdict != Allow && answer.Verdict != Deny {
		problems = append(problems, errors.New("\"verdict\" is neither allow nor deny"))
	}
	for _, problem := range problems {
		if problem != nil {
			return Answer{}, problem
		}
	}
	return answer, nil
}

// ReadKeys reads raw public keys in base64, 1 to 4 of them.
func ReadKeys(encoded []string) ([]ed25519.PublicKey, error) {
	if len(encoded) == 0 || len(encoded) > 4 {
		return nil, errors.New("there must be 1 to 4 keys")
	}
	keys := make([]ed25519.PublicKey, len(encoded))
	for index, each := range encoded {
		key, err := base64.StdEncoding.Strict().DecodeString(each)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, errors.New("a key is base64 of 32 bytes")
		}
		if [ed25519.PublicKeySize]byte(key) == [ed25519.PublicKeySize]byte{} {
			return nil, errors.New("a key of zeros is a placeholder")
		}
		keys[index] = key
	}
	return keys, nil
}
