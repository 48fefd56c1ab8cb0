// The arguments, and what takes the place of $(P2P_…) in those of the client.
package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// forward is a port that is wanted: by which variable, which of the file's forwards, and over which protocol.
type forward struct {
	variable string
	name     string
	protocol string
}

type wanted struct {
	file     string
	forwards []forward
}

var forwardName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

func readArguments(args []string) (wanted, []string, error) {
	var found wanted
	given := map[string]bool{}
	for len(args) > 0 && args[0] != "--" {
		name := args[0]
		if given[name] {
			return wanted{}, nil, fmt.Errorf("%s stands there twice", name)
		}
		given[name] = true
		if len(args) < 2 || args[1] == "--" || args[1] == "" {
			return wanted{}, nil, fmt.Errorf("%q needs a word behind it", name)
		}
		value := args[1]
		args = args[2:]
		switch name {
		case "--advertised":
			found.file = value
		case "--tcp":
			found.forwards = append(found.forwards, forward{"P2P_TCP_PORT", value, "tcp"})
		case "--udp":
			found.forwards = append(found.forwards, forward{"P2P_UDP_PORT", value, "udp"})
		case "--quic":
			found.forwards = append(found.forwards, forward{"P2P_QUIC_PORT", value, "udp"})
		default:
			return wanted{}, nil, fmt.Errorf("%q is no option of mine", name)
		}
		if name != "--advertised" && !forwardName.MatchString(value) {
			return wanted{}, nil, fmt.Errorf("%s %q is no name of a forward", name, value)
		}
	}
	if len(args) < 2 {
		return wanted{}, nil, errors.New("no command: write the client behind `--`")
	}
	if found.file == "" {
		return wanted{}, nil, errors.New("say where the file is: --advertised /etc/basement/advertised.json")
	}
	return found, args[1:], nil
}

// variables are all that the file is asked for.
func (of wanted) variables() []string {
	all := []string{"P2P_ADDRESS"}
	for _, each := range of.forwards {
		all = append(all, each.variable)
	}
	return all
}

// value is one that is known now.
type value struct {
	variable string
	text     string
}

// beforeColon: an IPv6 address in front of a port needs brackets.
func beforeColon(text string) string {
	if strings.Contains(text, ":") {
		return "[" + text + "]"
	}
	return text
}

// withoutUnknown leaves out what names one of these variables, and the option before a word that is only its value. What is started stays.
func withoutUnknown(command []string, variables []string) []string {
	kept := command[:1:1]
	for _, text := range command[1:] {
		if !namesOne(text, variables) {
			kept = append(kept, text)
			continue
		}
		before := kept[len(kept)-1]
		if len(kept) > 1 && !strings.HasPrefix(text, "-") && strings.HasPrefix(before, "-") && before != "--" && !strings.Contains(before, "=") {
			kept = kept[:len(kept)-1]
		}
	}
	return kept
}

func namesOne(text string, variables []string) bool {
	return slices.ContainsFunc(variables, func(each string) bool { return strings.Contains(text, "$("+each+")") })
}

// replace says so when something is left that nobody has a value for.
func replace(command []string, values []value) ([]string, error) {
	replaced := make([]string, len(command))
	for place, text := range command {
		for _, each := range values {
			named := "$(" + each.variable + ")"
			text = strings.ReplaceAll(text, named+":", beforeColon(each.text)+":")
			text = strings.ReplaceAll(text, named, each.text)
		}
		if strings.Contains(text, "$(P2P_") {
			return nil, fmt.Errorf("nothing is known for what stands in %q: name its forward with --tcp, --udp or --quic", text)
		}
		replaced[place] = text
	}
	return replaced, nil
}

// environmentWith takes away what was there under these names, and sets what is known.
func environmentWith(environment []string, variables []string, values []value) []string {
	var kept []string
	for _, each := range environment {
		name, _, _ := strings.Cut(each, "=")
		if !slices.Contains(variables, name) {
			kept = append(kept, each)
		}
	}
	for _, each := range values {
		kept = append(kept, each.variable+"="+each.text)
	}
	return kept
}
