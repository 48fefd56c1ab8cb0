// Reads what rke2 is told: config.yaml, the files beside it, and flags.
package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const configFile = "/etc/rancher/rke2/config.yaml"

// settings has the values of each key; most have one.
type settings map[string][]string

func (s settings) one(key string) string {
	if values := s[key]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

func (s settings) list(key string) []string {
	var found []string
	for _, value := range s[key] {
		found = append(found, strings.Split(value, ",")...)
	}
	return found
}

func unquoted(text string) string {
	text = strings.TrimSpace(text)
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		return text[1 : len(text)-1]
	}
	return text
}

// read knows the YAML that such files consist of: keys with a value, or with a list below them.
func (s settings) read(path string) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return
	}
	check(err)
	key := ""
	for _, line := range strings.Split(string(text), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed == "---" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(trimmed, "- "):
			if key == "" {
				fatal("%s: a list without a key: %s", path, line)
			}
			s[key] = append(s[key], unquoted(trimmed[2:]))
		default:
			name, value, found := strings.Cut(trimmed, ":")
			if !found || line != strings.TrimLeft(line, " \t") {
				fatal("%s: cannot be read: %s", path, line)
			}
			key = name
			s[key] = nil
			if value = unquoted(value); value != "" && value != "[]" {
				s[key] = []string{value}
			}
		}
	}
}

func settingsOf(args []string) settings {
	s := settings{}
	s.read(configFile)
	more, err := filepath.Glob(configFile + ".d/*.yaml")
	check(err)
	slices.Sort(more)
	for _, path := range more {
		s.read(path)
	}
	for at := 0; at < len(args); at++ {
		name, value, hasValue := strings.Cut(strings.TrimLeft(args[at], "-"), "=")
		if !hasValue {
			value = "true"
			if at+1 < len(args) && !strings.HasPrefix(args[at+1], "-") {
				at++
				value = args[at]
			}
		}
		s[name] = []string{value}
	}
	return s
}
