// What is kept is read as it was written, and what cannot be understood is never taken for something.
package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"basement-watchdog/fence/rules"
)

func TestKept(t *testing.T) {
	folder := t.TempDir()
	fresh, err := loadKept(folder, "eth-1", "i")
	if err != nil || !reflect.DeepEqual(fresh, rules.Fresh("eth-1", "i").Kept) {
		t.Errorf("%+v, %v", fresh, err)
	}
	height := int64(7)
	kept := rules.Kept{Signer: "eth-1", Instance: "i", Generation: 5, Allowed: 4, Denied: 5, MinHeight: &height}
	if err := storeKept(folder, kept); err != nil {
		t.Fatal(err)
	}
	again, err := loadKept(folder, "eth-1", "i")
	if err != nil || !reflect.DeepEqual(again, kept) {
		t.Errorf("%+v, %v", again, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("something was left behind: %v, %v", entries, err)
	}
	if _, err := loadKept(folder, "eth-1", "j"); err == nil {
		t.Error("taken by another instance")
	}
}

func TestKeptThatCannotBeUnderstood(t *testing.T) {
	const good = `{"schema":1,"signer":"eth-1","instance":"i","generation":5,"allowed":4,"denied":5,"minHeight":null}`
	if _, err := readKept([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{good, ""}, {good, "{}"}, {good, good[:40]}, {good, good + good},
		{`"schema":1`, `"schema":2`}, {`"schema":1,`, ``}, {`"generation":5`, `"generation":4`}, {`"generation":5`, `"generation":"5"`},
		{`"allowed":4,`, ``}, {`"denied":5`, `"denied":-2`}, {`"denied":5`, `"denied":5,"denied":-1`}, {`,"minHeight":null`, ``}, {`"eth-1"`, `null`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if kept, err := readKept([]byte(text)); err == nil {
			t.Errorf("%s was taken for %+v", text, kept)
		}
	}
}

func TestInstanceIsMadeOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	first, err := ownInstance(folder)
	if err != nil || !madeInstance.MatchString(first) {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := ownInstance(folder); err != nil || again != first {
		t.Errorf("%q, %v", again, err)
	}
	if err := createFile(filepath.Join(folder, "instance"), nil, 0o644); !errors.Is(err, os.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	for _, text := range []string{"", "x", strings.Repeat("A", 32), first + first} {
		if err := os.WriteFile(filepath.Join(folder, "instance"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if id, err := ownInstance(folder); err == nil {
			t.Errorf("%q was taken for %q", text, id)
		}
	}
}

func TestStateHeight(t *testing.T) {
	file := filepath.Join(t.TempDir(), "priv_validator_state.json")
	if height, why := readStateHeight(file); height != nil || !strings.Contains(why, "is missing") {
		t.Errorf("%v, %s", height, why)
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{\n  \"height\": \"1234\",\n  \"round\": 0,\n  \"step\": 3,\n  \"signature\": \"x\"\n}")
	if height, why := readStateHeight(file); height == nil || *height != 1234 || why != "" {
		t.Errorf("%v, %s", height, why)
	}
	for _, text := range []string{"", "{}", `{"height":1234}`, `{"height":"-1"}`, `{"height":"1","height":"2"}`, `{"height":"1"`, `{"height":"99999999999999999999"}`, `{"Height":"1"}`} {
		write(text)
		if height, why := readStateHeight(file); height != nil || why == "" {
			t.Errorf("%s was taken for %d", text, *height)
		}
	}
}

func TestClockBesideTheGates(t *testing.T) {
	for _, row := range []struct {
		at   int64
		want string
	}{
		{99_000, ""}, {100_500, ""}, {102_000, ""}, {98_999, "is 2s ahead of"}, {102_001, "is 1s behind"}, {101_000 - 3_600_000, "is 1h0m0s ahead of"}, {101_000 + 3_600_000, "is 1h0m0s behind"},
	} {
		why := clockWhy(row.at, 100_000, 101_000)
		if (why == "") != (row.want == "") || !strings.Contains(why, row.want) {
			t.Errorf("%d: %q", row.at, why)
		}
	}
}

func TestLockIsOneForAll(t *testing.T) {
	folder := t.TempDir()
	lock, err := tryLock(folder, "eth-1")
	if err != nil || lock == nil || !isHeld(folder, "eth-1") {
		t.Fatalf("%v, %v", lock, err)
	}
	if other, err := tryLock(folder, "eth-1"); err != nil || other != nil {
		t.Errorf("taken twice: %v", err)
	}
	if other, err := tryLock(folder, "eth-2"); err != nil || other == nil {
		t.Errorf("another signer cannot have its own: %v", err)
	}
	if err := lock.Close(); err != nil || isHeld(folder, "eth-1") || isHeld(folder, "eth-3") {
		t.Errorf("still held: %v", err)
	}
	if _, err := os.Stat(lockPath(folder, "eth-3")); !errors.Is(err, os.ErrNotExist) {
		t.Error("looking made a lock")
	}
}
