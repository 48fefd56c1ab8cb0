// Every row of the rules, one case each.
package rules

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const (
	signer   = "eth-1"
	instance = "0123456789abcdef0123456789abcdef"
	boot     = "b0070000-0000-4000-8000-000000000000"
)

func number(value int64) *int64 { return &value }

func kept(generation, allowed, denied int64) Kept {
	return Kept{Signer: signer, Instance: instance, Generation: generation, Allowed: allowed, Denied: denied}
}

func waiting(kept Kept) State { return State{Kept: kept, Phase: Waiting} }
func running(kept Kept) State { return State{Kept: kept, Phase: Running, LookedAt: number(985_000)} }

func answered(verdict string, generation int64) *Answer {
	return &Answer{Signer: signer, Instance: instance, Verdict: verdict, Generation: generation, Holder: "basement/home", Reason: "because"}
}

func glass(change func(map[string]any)) *string {
	file := map[string]any{"signer": signer, "instance": instance, "generation": 4, "bootId": boot, "because": "the cloud is down"}
	change(file)
	text, err := json.Marshal(file)
	if err != nil {
		panic(err)
	}
	whole := string(text)
	return &whole
}

func unchanged(map[string]any) {}

// look is one at which nothing is wrong, but that the gate gave no answer.
func look(changes ...func(*Look)) Look {
	all := Look{
		BootMs:       1_000_000,
		NoAnswer:     &Refused{"timeout", "it took over 5 s"},
		Node:         Node{IsKnown: true, Peers: 30, HeadAgeMs: 5_000},
		Limits:       Limits{HeadLimitMs: 768_000, FutureLimitMs: 12_000, IsolationMs: 600_000},
		IsClockRight: true, ClockWhy: "CLOCK",
		IsHeadNear: true, HeadWhy: "HEAD",
		StateWhy: "STATE",
		BootID:   boot,
		Chain:    Ethereum,
	}
	for _, change := range changes {
		change(&all)
	}
	return all
}

func gate(verdict string, generation int64) func(*Look) {
	return func(look *Look) { look.Answer, look.NoAnswer = answered(verdict, generation), nil }
}
func floor(height int64) func(*Look) { return func(look *Look) { look.Answer.MinHeight = &height } }
func clockOff(look *Look)            { look.IsClockRight = false }
func headFar(look *Look)             { look.IsHeadNear = false }
func broken(file *string) func(*Look) {
	return func(look *Look) { look.BreakGlass = file }
}
func comet(height *int64) func(*Look) {
	return func(look *Look) { look.Chain, look.StateHeight = CometBFT, height }
}
func jumped(ms int64) func(*Look) { return func(look *Look) { look.ClockJumpMs = ms } }
func alone(look *Look)            { look.Node.Peers = 0 }
func at(bootMs int64) func(*Look) {
	return func(look *Look) { look.BootMs = bootMs }
}
func node(node Node) func(*Look) { return func(look *Look) { look.Node = node } }

type row struct {
	name   string
	state  State
	look   Look
	do     string
	why    string
	kept   Kept
	change func(*State, *Decision)
}

func check(t *testing.T, row row) {
	t.Helper()
	before, err := json.Marshal(row.state)
	if err != nil {
		t.Fatal(err)
	}
	state, decision := Decide(row.state, row.look)
	if after, _ := json.Marshal(row.state); string(before) != string(after) {
		t.Errorf("the state before was changed: %s", after)
	}
	if decision.Do != row.do || !strings.Contains(decision.Why, row.why) {
		t.Errorf("does %q for %q, not %q for %q", decision.Do, decision.Why, row.do, row.why)
	}
	wanted := State{Kept: row.kept, Phase: Waiting}
	if row.do == Exec || row.do == GoOn {
		wanted.Phase, wanted.LookedAt = Running, number(row.look.BootMs)
	}
	flags := Decision{Keep: !reflect.DeepEqual(row.kept, row.state.Kept)}
	if row.change != nil {
		row.change(&wanted, &flags)
	}
	if !reflect.DeepEqual(state, wanted) {
		got, _ := json.Marshal(state)
		should, _ := json.Marshal(wanted)
		t.Errorf("state %s, not %s", got, should)
	}
	if decision.Keep != flags.Keep || decision.Consume != flags.Consume {
		t.Errorf("keep %v, consume %v, not %v, %v", decision.Keep, decision.Consume, flags.Keep, flags.Consume)
	}
}

func withFloor(kept Kept, height int64) Kept {
	kept.MinHeight = &height
	return kept
}

func TestWaiting(t *testing.T) {
	fresh := Fresh(signer, instance).Kept
	k4 := kept(4, 4, None)
	byGlass := func(state *State, decision *Decision) { state.UsedBreakGlass, decision.Consume = true, true }
	consumed := func(_ *State, decision *Decision) { decision.Consume = true }
	rows := []row{
		{name: "the first allow", state: waiting(fresh), look: look(gate(Allow, 1)), do: Exec, why: "allows generation 1", kept: kept(1, 1, None)},
		{name: "an allow of generation 0", state: waiting(fresh), look: look(gate(Allow, 0)), do: Exec, kept: kept(0, 0, None)},
		{name: "the same allow again", state: waiting(k4), look: look(gate(Allow, 4)), do: Exec, kept: k4},
		{name: "a newer allow after a deny", state: waiting(kept(5, 4, 5)), look: look(gate(Allow, 6)), do: Exec, kept: kept(6, 6, 5)},
		{name: "a deny", state: waiting(k4), look: look(gate(Deny, 5)), do: Wait, why: "denies (generation 5, the keys are with basement/home): because", kept: kept(5, 4, 5)},
		{name: "a deny of generation 0", state: waiting(fresh), look: look(gate(Deny, 0)), do: Wait, kept: kept(0, None, 0)},
		{name: "a lower deny counts, and the generation stays", state: waiting(k4), look: look(gate(Deny, 2)), do: Wait, kept: kept(4, 4, 2)},
		{name: "an allow of what was denied", state: waiting(kept(5, 4, 5)), look: look(gate(Allow, 5)), do: Wait, why: "denied before", kept: kept(5, 4, 5)},
		{name: "an allow of generation 0 that was denied", state: waiting(kept(0, None, 0)), look: look(gate(Allow, 0)), do: Wait, why: "denied before", kept: kept(0, None, 0)},
		{name: "a lower allow", state: waiting(k4), look: look(gate(Allow, 3)), do: Wait, why: "put back to an older state", kept: k4},
		{name: "an allow for another signer", state: waiting(k4), look: look(gate(Allow, 5), func(look *Look) { look.Answer.Signer = "eth-2" }), do: Wait, why: "another signer", kept: k4},
		{name: "an allow for another instance", state: waiting(k4), look: look(gate(Allow, 5), func(look *Look) { look.Answer.Instance = "1" }), do: Wait, why: "instance", kept: k4},
		{name: "allowed, and the clock is off", state: waiting(k4), look: look(gate(Allow, 5), clockOff), do: Wait, why: "but CLOCK", kept: kept(5, 5, None)},
		{name: "allowed, and the head is far", state: waiting(k4), look: look(gate(Allow, 5), headFar), do: Wait, why: "but HEAD", kept: kept(5, 5, None)},
		{name: "allowed on a chain that nobody knows", state: waiting(k4), look: look(gate(Allow, 4), func(look *Look) { look.Chain = "bitcoin" }), do: Wait, why: "chain", kept: k4},
		{name: "the head says nothing on CometBFT", state: waiting(k4), look: look(gate(Allow, 4), headFar, comet(number(7))), do: Exec, kept: k4},
		{name: "no state file", state: waiting(k4), look: look(gate(Allow, 4), comet(nil)), do: Wait, why: "but STATE", kept: k4},
		{name: "a state at the floor", state: waiting(k4), look: look(gate(Allow, 4), floor(100), comet(number(100))), do: Exec, kept: withFloor(k4, 100)},
		{name: "a state below the floor", state: waiting(k4), look: look(gate(Allow, 4), floor(100), comet(number(99))), do: Wait, why: "must not sign below 100", kept: withFloor(k4, 100)},
		{name: "a floor that was kept", state: waiting(withFloor(k4, 100)), look: look(gate(Allow, 4), comet(number(99))), do: Wait, why: "below 100", kept: withFloor(k4, 100)},
		{name: "a floor never falls", state: waiting(withFloor(k4, 100)), look: look(gate(Allow, 4), floor(50), comet(number(99))), do: Wait, why: "below 100", kept: withFloor(k4, 100)},
		{name: "the floor of a deny is none", state: waiting(k4), look: look(gate(Deny, 4), floor(50)), do: Wait, kept: kept(4, 4, 4)},

		{name: "no answer", state: waiting(k4), look: look(), do: Wait, why: "it took over 5 s", kept: k4},
		{name: "no answer, and nobody says why", state: waiting(k4), look: look(func(look *Look) { look.NoAnswer = nil }), do: Wait, kept: k4},
		{name: "the glass is broken", state: waiting(k4), look: look(broken(glass(unchanged))), do: Exec, why: "broken the glass: the cloud is down", kept: k4, change: byGlass},
		{name: "on CometBFT too", state: waiting(withFloor(k4, 9)), look: look(broken(glass(unchanged)), comet(number(9))), do: Exec, kept: withFloor(k4, 9), change: byGlass},
		{name: "not below the floor", state: waiting(withFloor(k4, 9)), look: look(broken(glass(unchanged)), comet(number(8))), do: Wait, why: "below 9", kept: withFloor(k4, 9)},
		{name: "not without a state", state: waiting(k4), look: look(broken(glass(unchanged)), comet(nil)), do: Wait, why: "STATE", kept: k4},
		{name: "not without a clock", state: waiting(k4), look: look(broken(glass(unchanged)), clockOff), do: Wait, why: "CLOCK", kept: k4},
		{name: "not without a head", state: waiting(k4), look: look(broken(glass(unchanged)), headFar), do: Wait, why: "HEAD", kept: k4},
		{name: "never past a deny", state: waiting(k4), look: look(broken(glass(unchanged)), gate(Deny, 4)), do: Wait, why: "denies", kept: kept(4, 4, 4)},
		{name: "never past a lower deny", state: waiting(k4), look: look(broken(glass(unchanged)), gate(Deny, 2)), do: Wait, why: "denies", kept: kept(4, 4, 2)},
		{name: "never beside a lower allow", state: waiting(k4), look: look(broken(glass(unchanged)), gate(Allow, 3)), do: Wait, why: "older state", kept: k4},
		{name: "not of use beside an allow that must wait", state: waiting(k4), look: look(broken(glass(unchanged)), gate(Allow, 4), clockOff), do: Wait, why: "CLOCK", kept: k4},
		{name: "an allow uses it up", state: waiting(k4), look: look(broken(glass(unchanged)), gate(Allow, 4)), do: Exec, kept: k4, change: consumed},
		{name: "not for what was denied", state: waiting(kept(4, 4, 4)), look: look(broken(glass(unchanged))), do: Wait, why: "was denied", kept: kept(4, 4, 4)},
		{name: "not for what was never allowed", state: waiting(kept(4, 3, None)), look: look(broken(glass(unchanged))), do: Wait, why: "never allowed", kept: kept(4, 3, None)},
		{name: "not before the first answer", state: waiting(fresh), look: look(broken(glass(func(file map[string]any) { file["generation"] = 0 }))), do: Wait, why: "never allowed", kept: fresh},
		{name: "not with nothing in it", state: waiting(k4), look: look(broken(new(string))), do: Wait, why: "not a JSON object", kept: k4},
	}
	for name, file := range map[string]*string{
		"another signer":     glass(func(file map[string]any) { file["signer"] = "eth-2" }),
		"another instance":   glass(func(file map[string]any) { file["instance"] = "fedcba" }),
		"another boot":       glass(func(file map[string]any) { file["bootId"] = "b" }),
		"a lower generation": glass(func(file map[string]any) { file["generation"] = 3 }),
		"a newer generation": glass(func(file map[string]any) { file["generation"] = 5 }),
		"half a generation":  glass(func(file map[string]any) { file["generation"] = 4.5 }),
		"no reason":          glass(func(file map[string]any) { delete(file, "because") }),
		"no boot":            glass(func(file map[string]any) { delete(file, "bootId") }),
	} {
		rows = append(rows, row{name: "a break-glass file with " + name, state: waiting(k4), look: look(broken(file)), do: Wait, why: "break-glass file is not good", kept: k4})
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { check(t, row) })
	}
}

func TestRunning(t *testing.T) {
	k4 := kept(4, 4, None)
	since := func(bootMs int64) func(*State, *Decision) {
		return func(state *State, _ *Decision) { state.IsolatedSince = &bootMs }
	}
	isolatedSince := func(bootMs int64) State {
		state := running(k4)
		state.IsolatedSince = &bootMs
		return state
	}
	glassRun := running(k4)
	glassRun.UsedBreakGlass = true
	slept := running(k4)
	slept.LookedAt = number(100_000)
	rows := []row{
		{name: "allowed", state: running(k4), look: look(gate(Allow, 4)), do: GoOn, why: "allows", kept: k4},
		{name: "allowed anew", state: running(k4), look: look(gate(Allow, 6)), do: GoOn, kept: kept(6, 6, None)},
		{name: "allowed, whatever clock, head and node say", state: running(k4), look: look(gate(Allow, 4), clockOff, headFar, alone), do: GoOn, kept: k4},
		{name: "allowed: isolation is forgotten", state: isolatedSince(1), look: look(gate(Allow, 4), alone), do: GoOn, kept: k4},
		{name: "its clock jumps ahead", state: running(k4), look: look(gate(Allow, 4), jumped(5_001)), do: Stop, why: "jumped by 5 s", kept: k4},
		{name: "its clock jumps back", state: running(k4), look: look(gate(Allow, 4), jumped(-3_600_000)), do: Stop, why: "jumped by -3600 s", kept: k4},
		{name: "its clock jumps while nobody answers", state: running(k4), look: look(jumped(60_000)), do: Stop, why: "jumped", kept: k4},
		{name: "its clock is set right by a little", state: running(k4), look: look(gate(Allow, 4), jumped(-5_000)), do: GoOn, kept: k4},
		{name: "a jump and a deny", state: running(k4), look: look(gate(Deny, 5), jumped(60_000)), do: Stop, why: "denies", kept: kept(5, 4, 5)},
		{name: "a jump before the start is for the clock check", state: waiting(k4), look: look(gate(Allow, 4), jumped(60_000)), do: Exec, kept: k4},
		{name: "denied", state: running(k4), look: look(gate(Deny, 5)), do: Stop, why: "denies", kept: kept(5, 4, 5)},
		{name: "denied with a lower generation", state: running(k4), look: look(gate(Deny, 1)), do: Stop, kept: kept(4, 4, 1)},
		{name: "denied although the glass was broken", state: glassRun, look: look(gate(Deny, 4)), do: Stop, kept: kept(4, 4, 4)},
		{name: "no answer, and the node is well", state: running(k4), look: look(), do: GoOn, why: "its node sees the chain", kept: k4},
		{name: "the glass stays broken", state: glassRun, look: look(), do: GoOn, kept: k4, change: func(state *State, _ *Decision) { state.UsedBreakGlass = true }},
		{name: "a break-glass file while it runs is used up", state: running(k4), look: look(broken(glass(unchanged))), do: GoOn, kept: k4, change: func(_ *State, decision *Decision) { decision.Consume = true }},
		{name: "a lower allow is no answer", state: running(k4), look: look(gate(Allow, 3), alone), do: GoOn, why: "older state", kept: k4, change: since(1_000_000)},
		{name: "a lower allow, and alone for long", state: isolatedSince(400_000), look: look(gate(Allow, 3), alone), do: Stop, why: "older state", kept: k4},
		{name: "isolation begins", state: running(k4), look: look(alone), do: GoOn, why: "stopped in 600 s", kept: k4, change: since(1_000_000)},
		{name: "isolation lasts", state: isolatedSince(400_001), look: look(alone), do: GoOn, why: "stopped in 1 s", kept: k4, change: since(400_001)},
		{name: "isolation is over", state: isolatedSince(400_001), look: look(), do: GoOn, kept: k4},
		{name: "isolated for long enough", state: isolatedSince(400_000), look: look(alone), do: Stop, why: "earns nothing", kept: k4},
		{name: "a boot time that goes back", state: isolatedSince(1_000_001), look: look(alone), do: Stop, kept: k4},
		{name: "asleep for long, and alone now", state: slept, look: look(alone), do: Stop, why: "earns nothing", kept: k4},
		{name: "asleep for long, and the node is well", state: slept, look: look(), do: GoOn, kept: k4},
		{name: "asleep for a while, and alone now", state: slept, look: look(alone, at(200_000)), do: GoOn, why: "stopped in 500 s", kept: k4, change: since(100_000)},
	}
	for name, node4 := range map[string]Node{
		"nothing is known":         {Peers: 30},
		"no peers":                 {IsKnown: true},
		"a head that is too old":   {IsKnown: true, Peers: 1, HeadAgeMs: 768_001},
		"a head far in the future": {IsKnown: true, Peers: 1, HeadAgeMs: -12_001},
	} {
		rows = append(rows, row{name: "isolated: " + name, state: running(k4), look: look(node(node4)), do: GoOn, why: "stopped in", kept: k4, change: since(1_000_000)})
	}
	for name, node4 := range map[string]Node{
		"a head at the limit":           {IsKnown: true, Peers: 1, HeadAgeMs: 768_000},
		"a head a little in the future": {IsKnown: true, Peers: 1, HeadAgeMs: -12_000},
	} {
		rows = append(rows, row{name: "not isolated: " + name, state: running(k4), look: look(node(node4)), do: GoOn, why: "sees the chain", kept: k4})
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { check(t, row) })
	}
}

func TestTextFromElsewhereIsOneLine(t *testing.T) {
	_, decision := Decide(waiting(kept(4, 4, None)), look(gate(Deny, 5), func(look *Look) {
		look.Answer.Reason = "a\nfence: all is well\x1b[2J" + strings.Repeat("x", 1000)
	}))
	if strings.ContainsAny(decision.Why, "\n\x1b") || len(decision.Why) > 500 {
		t.Errorf("%q", decision.Why)
	}
}
