// Test support: the rules as a command, one JSON line in and one out, so that a simulation in another language can drive them.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"basement-watchdog/fence/rules"
)

type asked struct {
	Op       string         `json:"op"`
	Signer   string         `json:"signer"`
	Instance string         `json:"instance"`
	State    rules.State    `json:"state"`
	Look     rules.Look     `json:"look"`
	Body     *string        `json:"body"`
	Question rules.Question `json:"question"`
	Keys     []string       `json:"keys"`
}

type decided struct {
	State    rules.State    `json:"state"`
	Decision rules.Decision `json:"decision"`
	// Refused is why the body is no answer, or nil.
	Refused *string `json:"refused"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<24)
	encoder := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer, err := answerTo(lines.Bytes())
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		if err := encoder.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerTo(line []byte) (any, error) {
	var given asked
	if err := json.Unmarshal(line, &given); err != nil {
		return nil, err
	}
	switch given.Op {
	case "fresh":
		return map[string]rules.State{"state": rules.Fresh(given.Signer, given.Instance)}, nil
	case "decide":
		return decide(given)
	}
	return nil, errors.New("op is neither decide nor fresh")
}

func decide(given asked) (any, error) {
	look := given.Look
	var refusal *string
	// Only a body can bring an answer: a look cannot smuggle one past the signature.
	look.Answer = nil
	if given.Body != nil {
		keys, err := rules.ReadKeys(given.Keys)
		if err != nil {
			return nil, err
		}
		answer, err := rules.Verify([]byte(*given.Body), given.Question, keys)
		var refused *rules.Refused
		if errors.As(err, &refused) {
			look.NoAnswer, refusal = refused, &refused.Reason
		} else {
			look.Answer, look.NoAnswer = &answer, nil
		}
	}
	state, decision := rules.Decide(given.State, look)
	return decided{state, decision, refusal}, nil
}
