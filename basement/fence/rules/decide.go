// The rules of the fence: when the client may start, may go on, and must stop.
package rules

import (
	"fmt"
	"strings"
	"unicode"
)

// longestGapMs: looks that are further apart had the machine or the fence asleep between them.
const longestGapMs = 60_000

// longestJumpMs: what sets a clock right moves it by less, but once, at the start of a machine.
const longestJumpMs = 5_000

// hasJumped: a client signs by the clock of its machine, and a floor rests on a clock that is right.
func hasJumped(look Look) bool {
	return look.ClockJumpMs > longestJumpMs || look.ClockJumpMs < -longestJumpMs
}

// Decide says what follows from one look. The state that it returns is the one after the decision was carried out: whoever
// cannot carry it out keeps its Kept and stays in the phase before.
func Decide(before State, look Look) (State, Decision) {
	state, counts, why := hear(before, look)
	decision := Decision{Why: why}
	switch {
	case counts == Deny:
		decision.Do = Wait
		if before.Phase == Running {
			decision.Do = Stop
		}
	case before.Phase == Running && hasJumped(look):
		decision.Do = Stop
		decision.Why = fmt.Sprintf("the clock of this machine has jumped by %d s: what the client signs now is for another time than it is; see to the time first (chronyc tracking, timedatectl)",
			look.ClockJumpMs/1000)
	case before.Phase == Running:
		state, decision = goOn(state, look, counts == Allow, why)
	case counts == Allow:
		decision.Do, decision.Why = start(state.Kept, look, why)
	case look.Answer == nil:
		decision = breakGlass(state.Kept, look, why)
	default:
		decision.Do = Wait
	}
	decision.Keep = !same(before.Kept, state.Kept)
	// The glass is broken for one start: a file that outlives it would start the client some other night, with nobody there.
	decision.Consume = look.BreakGlass != nil && decision.Do != Wait
	switch decision.Do {
	case Exec:
		state.Phase, state.UsedBreakGlass, state.IsolatedSince = Running, counts != Allow, nil
		state.LookedAt = &look.BootMs
	case GoOn:
		state.LookedAt = &look.BootMs
	case Wait, Stop:
		state.Phase, state.UsedBreakGlass, state.IsolatedSince, state.LookedAt = Waiting, false, nil, nil
	}
	return state, decision
}

// hear takes in the gate's answer: Allow, Deny, or "" for one that does not count, and a sentence.
func hear(state State, look Look) (State, string, string) {
	answer := look.Answer
	if answer == nil {
		return state, "", "no answer of the gate (" + reasonOf(look.NoAnswer) + ")"
	}
	kept := state.Kept
	if answer.Signer != kept.Signer || answer.Instance != kept.Instance {
		return state, "", "the answer of the gate is for another signer or instance"
	}
	if answer.Verdict != Allow {
		kept.Generation = max(kept.Generation, answer.Generation)
		kept.Denied = max(kept.Denied, answer.Generation)
		state.Kept = kept
		return state, Deny, fmt.Sprintf("the gate denies (generation %d, the keys are with %s): %s",
			answer.Generation, OneLine(answer.Holder), OneLine(answer.Reason))
	}
	if answer.Generation < kept.Generation {
		return state, "", fmt.Sprintf("the gate allows generation %d, but %d was seen here: the keys database was put back to an older state; follow the runbook for lost or restored flags",
			answer.Generation, kept.Generation)
	}
	if answer.Generation <= kept.Denied {
		return state, "", fmt.Sprintf("the gate allows generation %d, which it has denied before: only a greater generation starts the client again; give the keys to this house anew with `watchdog handover take`",
			answer.Generation)
	}
	kept.Generation, kept.Allowed = answer.Generation, answer.Generation
	if answer.MinHeight != nil && (kept.MinHeight == nil || *answer.MinHeight > *kept.MinHeight) {
		height := *answer.MinHeight
		kept.MinHeight = &height
	}
	state.Kept = kept
	return state, Allow, fmt.Sprintf("the gate allows generation %d: %s", answer.Generation, OneLine(answer.Reason))
}

// start: the gate has allowed it, or a person without it. What else must be true?
func start(kept Kept, look Look, why string) (string, string) {
	wait := func(what string) (string, string) { return Wait, why + "; but " + what }
	if !look.IsClockRight {
		return wait(look.ClockWhy)
	}
	switch look.Chain {
	case Ethereum:
		if !look.IsHeadNear {
			return wait(look.HeadWhy)
		}
	case CometBFT:
		if look.StateHeight == nil {
			return wait(look.StateWhy)
		}
		if kept.MinHeight != nil && *look.StateHeight < *kept.MinHeight {
			return wait(fmt.Sprintf("the client has signed up to height %d only and must not sign below %d: write the floor into priv_validator_state.json first (`watchdog handover floor`)",
				*look.StateHeight, *kept.MinHeight))
		}
	default:
		return wait("the chain is not known")
	}
	return Exec, why
}

// breakGlass replaces an answer that is missing, and nothing else.
func breakGlass(kept Kept, look Look, why string) Decision {
	if look.BreakGlass == nil {
		return Decision{Do: Wait, Why: why + "; the client starts when the gate allows it"}
	}
	because, err := readBreakGlass(*look.BreakGlass, kept, look.BootID)
	if err != nil {
		return Decision{Do: Wait, Why: why + "; the break-glass file is not good: " + err.Error()}
	}
	do, why := start(kept, look, why+"; a person has broken the glass: "+OneLine(because))
	return Decision{Do: do, Why: why}
}

func readBreakGlass(text string, kept Kept, bootID string) (string, error) {
	fields, err := Fields([]byte(text))
	if err != nil {
		return "", err
	}
	for name, ours := range map[string]string{"signer": kept.Signer, "instance": kept.Instance, "bootId": bootID} {
		if value, err := Text(fields, name); err != nil {
			return "", err
		} else if value != ours || ours == "" {
			return "", fmt.Errorf("its %s is not ours; it is good for this machine until its next boot only", name)
		}
	}
	because, err := Text(fields, "because")
	if err != nil {
		return "", err
	}
	generation, err := Whole(fields, "generation", 0)
	if err != nil {
		return "", err
	}
	if generation != kept.Generation {
		return "", fmt.Errorf("it is for generation %d, and the last that was seen here is %d", generation, kept.Generation)
	}
	if kept.Denied >= generation {
		return "", fmt.Errorf("generation %d was denied: somebody else may hold the keys", generation)
	}
	if kept.Allowed != generation {
		return "", fmt.Errorf("generation %d was never allowed here", generation)
	}
	return because, nil
}

// goOn: the client runs. It needs the gate or the chain, and is stopped when it has had neither for too long.
func goOn(state State, look Look, isAllowed bool, why string) (State, Decision) {
	if isAllowed {
		state.IsolatedSince = nil
		return state, Decision{Do: GoOn, Why: why}
	}
	alone := isolated(look)
	if alone == "" {
		state.IsolatedSince = nil
		return state, Decision{Do: GoOn, Why: why + "; the client goes on, for its node sees the chain"}
	}
	if state.IsolatedSince == nil {
		since := look.BootMs
		// Nobody looked while the machine slept, and it was cut off then perhaps.
		if state.LookedAt != nil && since-*state.LookedAt > longestGapMs {
			since = *state.LookedAt
		}
		state.IsolatedSince = &since
	}
	lasted := look.BootMs - *state.IsolatedSince
	// A boot time that goes back is one that says nothing.
	if lasted >= 0 && lasted < look.Limits.IsolationMs {
		left := (look.Limits.IsolationMs - lasted + 999) / 1000
		return state, Decision{Do: GoOn, Why: fmt.Sprintf("%s, and %s; the client is stopped in %d s unless one of them is back", why, alone, left)}
	}
	return state, Decision{Do: Stop, Why: fmt.Sprintf(
		"%s, and %s, for %d s now: an isolated validator earns nothing, and what it signs now is published later", why, alone, lasted/1000)}
}

// isolated says how, or nothing.
func isolated(look Look) string {
	node, limits := look.Node, look.Limits
	switch {
	case !node.IsKnown:
		return "the node does not say how it is"
	case node.Peers <= 0:
		return "the node has no peers"
	case node.HeadAgeMs > limits.HeadLimitMs:
		return fmt.Sprintf("the node's head is %d s old", node.HeadAgeMs/1000)
	case node.HeadAgeMs < -limits.FutureLimitMs:
		return fmt.Sprintf("the node's head is %d s in the future", -node.HeadAgeMs/1000)
	}
	return ""
}

func same(a, b Kept) bool {
	heights := a.MinHeight == b.MinHeight || (a.MinHeight != nil && b.MinHeight != nil && *a.MinHeight == *b.MinHeight)
	a.MinHeight, b.MinHeight = nil, nil
	return heights && a == b
}

func reasonOf(refused *Refused) string {
	if refused == nil {
		return "nobody asked"
	}
	return OneLine(refused.Detail)
}

// OneLine keeps text from elsewhere from looking like more than one line of ours.
func OneLine(text string) string {
	const most = 300
	line := strings.Map(func(each rune) rune {
		if unicode.IsPrint(each) {
			return each
		}
		return ' '
	}, text)
	if characters := []rune(line); len(characters) > most {
		return string(characters[:most]) + "…"
	}
	return line
}
