// An answer is believed only when it is signed, whole, and to this question.
package rules

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

var question = Question{Nonce: "00112233445566778899aabbccddeeff", Signer: signer, Instance: instance}

const whole = `{"nonce":"00112233445566778899aabbccddeeff","signer":"eth-1","instance":"0123456789abcdef0123456789abcdef",` +
	`"verdict":"allow","generation":4,"holder":"basement/home","minHeight":null,"at":1796177647000,"reason":"it holds the keys","new":{"a":1}}`

func keyPair(seed byte) (ed25519.PublicKey, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), 32)))
	return private.Public().(ed25519.PublicKey), private
}

func signed(text string, keys ...ed25519.PrivateKey) []byte {
	signatures := []string{}
	for _, key := range keys {
		signatures = append(signatures, base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte("basement-watchdog gate 1\n"+text))))
	}
	body, err := json.Marshal(map[string]any{"answer": text, "signatures": signatures})
	if err != nil {
		panic(err)
	}
	return body
}

func TestVerifyAccepts(t *testing.T) {
	public, private := keyPair('a')
	other, otherPrivate := keyPair('b')
	answer, err := Verify(signed(whole, private), question, []ed25519.PublicKey{public})
	wanted := Answer{question.Nonce, signer, instance, Allow, 4, "basement/home", nil, 1796177647000, "it holds the keys"}
	if err != nil || answer != wanted {
		t.Errorf("%+v, %v", answer, err)
	}
	for name, body := range map[string][]byte{
		"the old key of two": signed(whole, private),
		"signed by both":     signed(whole, otherPrivate, private),
		"the new key of two": signed(whole, otherPrivate),
	} {
		if _, err := Verify(body, question, []ed25519.PublicKey{other, public}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	answer, err = Verify(signed(strings.Replace(whole, `"minHeight":null`, `"minHeight":7`, 1), private), question, []ed25519.PublicKey{public})
	if err != nil || answer.MinHeight == nil || *answer.MinHeight != 7 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	public, private := keyPair('a')
	_, otherPrivate := keyPair('b')
	good := string(signed(whole, private))
	change := func(from, to string) string {
		if !strings.Contains(whole, from) {
			t.Fatalf("%s is not in it", from)
		}
		return string(signed(strings.Replace(whole, from, to, 1), private))
	}
	unsigned, _ := json.Marshal(map[string]any{"answer": whole, "signatures": []string{}})
	bare := ed25519.Sign(private, []byte(whole))
	noPrefix, _ := json.Marshal(map[string]any{"answer": whole, "signatures": [][]byte{bare}})
	short, _ := json.Marshal(map[string]any{"answer": whole, "signatures": [][]byte{bare[:63]}})
	rows := []struct{ name, body, reason string }{
		{"nothing", "", "body"},
		{"a page", "<html>", "body"},
		{"null", "null", "body"},
		{"a list", "[" + good + "]", "body"},
		{"cut off", good[:len(good)-1], "body"},
		{"cut off in the middle", good[:len(good)/2], "body"},
		{"two of them", good + good, "body"},
		{"something behind", good + "x", "body"},
		{"two answers", `{"answer":"x",` + good[1:], "body"},
		{"a name in another case", strings.Replace(good, `"answer"`, `"Answer"`, 1), "body"},
		{"no signatures", string(unsigned), "body"},
		{"a short signature", string(short), "body"},
		{"signatures that are no list", `{"answer":"x","signatures":"y"}`, "body"},
		{"a list of nothing", `{"answer":"x","signatures":[null]}`, "body"},
		{"too many signatures", string(signed(whole, private, private, private, private, private, private, private, private, private)), "body"},
		{"not UTF-8", strings.Replace(good, "holds", "h\xff", 1), "body"},
		{"another key", string(signed(whole, otherPrivate)), "signature"},
		{"another text", strings.Replace(good, `allow`, `allov`, 1), "signature"},
		{"signed without the prefix", string(noPrefix), "signature"},
		{"an old nonce", change("00112233", "99112233"), "nonce"},
		{"a nonce in capitals", change("aabbccddeeff", "AABBCCDDEEFF"), "nonce"},
		{"another signer", change("eth-1", "eth-2"), "signer"},
		{"another instance", change("0123456789abcdef", "1123456789abcdef"), "instance"},
		{"another verdict", change(`"allow"`, `"ALLOW"`), "answer"},
		{"a verdict twice", change(`"verdict":"allow"`, `"verdict":"deny","verdict":"allow"`), "answer"},
		{"a verdict twice, once escaped", change(`"verdict":"allow"`, `"verdict":"deny","\u0076erdict":"allow"`), "answer"},
		{"a verdict in another case", change(`"verdict"`, `"Verdict"`), "answer"},
		{"no nonce", change(`"nonce"`, `"x"`), "answer"},
		{"no signer", change(`"signer"`, `"x"`), "answer"},
		{"no instance", change(`"instance"`, `"x"`), "answer"},
		{"no holder", change(`"holder"`, `"x"`), "answer"},
		{"no reason", change(`"reason"`, `"x"`), "answer"},
		{"no time", change(`"at"`, `"x"`), "answer"},
		{"no generation", change(`"generation"`, `"x"`), "answer"},
		{"no floor", change(`"minHeight"`, `"x"`), "answer"},
		{"a holder that is null", change(`"basement/home"`, `null`), "answer"},
		{"a negative generation", change(`:4`, `:-1`), "answer"},
		{"half a generation", change(`:4`, `:4.5`), "answer"},
		{"a generation as text", change(`:4`, `:"4"`), "answer"},
		{"a generation that is null", change(`:4`, `:null`), "answer"},
		{"a generation beyond all numbers", change(`:4`, `:9007199254740992`), "answer"},
		{"a negative floor", change(`"minHeight":null`, `"minHeight":-1`), "answer"},
		{"a floor as text", change(`"minHeight":null`, `"minHeight":"1"`), "answer"},
		{"a time as text", change(`1796177647000`, `"1796177647000"`), "answer"},
		{"a signed list", string(signed("["+whole+"]", private)), "answer"},
		{"something signed behind it", string(signed(whole+whole, private)), "answer"},
		{"a signed text that is cut off", string(signed(whole[:len(whole)-1], private)), "answer"},
	}
	for _, row := range rows {
		_, err := Verify([]byte(row.body), question, []ed25519.PublicKey{public})
		var refused *Refused
		if !errors.As(err, &refused) || refused.Reason != row.reason {
			t.Errorf("%s: %v, not %s", row.name, err, row.reason)
		}
	}
	if _, err := Verify([]byte(good), question, nil); err == nil {
		t.Error("believed without a key")
	}
}

func TestReadKeys(t *testing.T) {
	public, _ := keyPair('a')
	good := base64.StdEncoding.EncodeToString(public)
	if keys, err := ReadKeys([]string{good, good}); err != nil || len(keys) != 2 || !keys[0].Equal(public) {
		t.Errorf("%v, %v", keys, err)
	}
	for name, keys := range map[string][]string{
		"none": {}, "five": {good, good, good, good, good}, "empty": {""}, "short": {good[:20]}, "zeros": {base64.StdEncoding.EncodeToString(make([]byte, 32))},
	} {
		if _, err := ReadKeys(keys); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
