// What the fence knows and what it sees: values only, so that every rule can be tried without a machine.
package rules

// None stands for a generation that was never seen: 0 is one.
const None = int64(-1)

const (
	Ethereum = "ethereum"
	CometBFT = "cometbft"
)

// Kept outlives the fence: it is on the disk before a client starts.
type Kept struct {
	Signer   string `json:"signer"`
	Instance string `json:"instance"`
	// Generation is the highest that was allowed or denied here. It never falls.
	Generation int64 `json:"generation"`
	// Allowed and Denied are the highest of each kind, or None.
	Allowed int64 `json:"allowed"`
	Denied  int64 `json:"denied"`
	// MinHeight is below what CometBFT must have signed last, or nil.
	MinHeight *int64 `json:"minHeight"`
}

// Phases of the fence.
const (
	Waiting = "waiting"
	Running = "running"
)

type State struct {
	Kept  Kept   `json:"kept"`
	Phase string `json:"phase"`
	// IsolatedSince is a time since boot in ms, or nil.
	IsolatedSince *int64 `json:"isolatedSince"`
	// LookedAt is the boot time of the last look while running, or nil.
	LookedAt *int64 `json:"lookedAt"`
	// UsedBreakGlass: this run began without an answer of the gate.
	UsedBreakGlass bool `json:"usedBreakGlass"`
}

// Fresh is the state of a machine that never asked.
func Fresh(signer, instance string) State {
	return State{
		Kept:  Kept{Signer: signer, Instance: instance, Generation: 0, Allowed: None, Denied: None},
		Phase: Waiting,
	}
}

// Node is what the node says of itself. Unless IsKnown the rest says nothing.
type Node struct {
	IsKnown   bool  `json:"isKnown"`
	Peers     int64 `json:"peers"`
	HeadAgeMs int64 `json:"headAgeMs"`
}

type Limits struct {
	// HeadLimitMs: a node with an older head is isolated.
	HeadLimitMs int64 `json:"headLimitMs"`
	// FutureLimitMs: so is one whose head is further in the future.
	FutureLimitMs int64 `json:"futureLimitMs"`
	IsolationMs   int64 `json:"isolationMs"`
}

// Look is everything that was seen in one round.
type Look struct {
	BootMs int64 `json:"bootMs"`
	// Answer is nil when NoAnswer says why.
	Answer   *Answer  `json:"answer"`
	NoAnswer *Refused `json:"noAnswer"`
	Node     Node     `json:"node"`
	Limits   Limits   `json:"limits"`
	// IsClockRight: beside the gate's time when there is an answer, else by the word of the kernel.
	IsClockRight bool   `json:"isClockRight"`
	ClockWhy     string `json:"clockWhy"`
	// ClockJumpMs is how far the clock of the machine has gone ahead of the time since boot since the last look, or behind it when negative.
	ClockJumpMs int64 `json:"clockJumpMs"`
	// IsHeadNear: the beacon node's head is near the clock. Not asked on CometBFT.
	IsHeadNear bool   `json:"isHeadNear"`
	HeadWhy    string `json:"headWhy"`
	// StateHeight is what CometBFT signed last, or nil; then StateWhy says why it cannot be read.
	StateHeight *int64 `json:"stateHeight"`
	StateWhy    string `json:"stateWhy"`
	// BreakGlass is the content of the file, or nil when there is none.
	BreakGlass *string `json:"breakGlass"`
	BootID     string  `json:"bootId"`
	Chain      string  `json:"chain"`
}

// What to do next.
const (
	Wait = "wait"
	Exec = "exec"
	GoOn = "go-on"
	Stop = "stop"
)

type Decision struct {
	Do string `json:"do"`
	// Why is a sentence for a person.
	Why string `json:"why"`
	// Keep: Kept has changed and must be on the disk before anything is started.
	Keep bool `json:"keep"`
	// Consume: the break-glass file must be gone, and before anything is started.
	Consume bool `json:"consume"`
}
