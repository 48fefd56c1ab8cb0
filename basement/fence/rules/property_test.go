// Whatever comes in whatever order: no start without a word for it, none of what was denied, and no generation that falls.
package rules

import (
	"math/rand"
	"testing"
	"time"
)

// anyLook is mostly near the edge of the rules: few generations, gaps from nothing to longer than isolation.
func anyLook(random *rand.Rand, bootMs int64) Look {
	next := look(at(bootMs))
	next.Node = Node{IsKnown: random.Intn(4) > 0, Peers: random.Int63n(3), HeadAgeMs: random.Int63n(1_600_000) - 100_000}
	next.IsClockRight, next.IsHeadNear = random.Intn(8) > 0, random.Intn(8) > 0
	if random.Intn(2) == 0 {
		next.Chain = CometBFT
		if random.Intn(4) > 0 {
			next.StateHeight = number(random.Int63n(5))
		}
	}
	if random.Intn(3) > 0 {
		verdict := Allow
		if random.Intn(4) == 0 {
			verdict = Deny
		}
		next.Answer, next.NoAnswer = answered(verdict, random.Int63n(6)), nil
		if random.Intn(2) == 0 {
			next.Answer.MinHeight = number(random.Int63n(5))
		}
	}
	if random.Intn(2) == 0 {
		next.BreakGlass = glass(func(file map[string]any) {
			file["generation"] = random.Int63n(6)
			if random.Intn(8) == 0 {
				file["bootId"] = "another"
			}
		})
	}
	return next
}

func TestProperties(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewSource(seed))
	seen := map[string]int{}
	for run := 0; run < 3_000; run++ {
		state := Fresh(signer, instance)
		bootMs, denied, allowed, floor := int64(0), None, None, int64(0)
		var aloneSince *int64
		for step := 0; step < 40; step++ {
			bootMs += random.Int63n(200_000)
			next := anyLook(random, bootMs)
			before := state
			after, decision := Decide(before, next)
			seen[decision.Do]++
			fail := func(what string) {
				t.Helper()
				t.Fatalf("%s\nseed %d, run %d, step %d\nbefore %+v\nlook %+v, answer %+v\nafter %+v\n%+v", what, seed, run, step, before, next, next.Answer, after, decision)
			}
			answer := next.Answer
			if answer != nil && answer.Verdict == Deny {
				denied = max(denied, answer.Generation)
				if decision.Do != Wait && decision.Do != Stop {
					fail("a deny did not stop it")
				}
			}
			isAccepted := answer != nil && answer.Verdict == Allow && answer.Generation >= before.Kept.Generation && answer.Generation > denied
			if isAccepted {
				allowed = answer.Generation
				if answer.MinHeight != nil {
					floor = max(floor, *answer.MinHeight)
				}
			}
			if after.Kept.Generation < before.Kept.Generation || after.Kept.Denied != denied || after.Kept.Allowed != allowed {
				fail("what is kept is not what was seen")
			}
			if decision.Do == Exec {
				isBroken := answer == nil && next.BreakGlass != nil
				if !isAccepted && !isBroken {
					fail("a start without a word for it")
				}
				if isBroken {
					if _, err := readBreakGlass(*next.BreakGlass, before.Kept, boot); err != nil || !after.UsedBreakGlass || !decision.Consume {
						fail("a start by a file that is not good, or stays")
					}
					seen["glass"]++
				}
				if after.Kept.Generation <= denied {
					fail("a start of what was denied")
				}
				if before.Phase != Waiting || !next.IsClockRight {
					fail("a start at the wrong time")
				}
				if next.Chain == CometBFT && (next.StateHeight == nil || *next.StateHeight < floor) {
					fail("a start below the floor")
				}
				if next.Chain == Ethereum && !next.IsHeadNear {
					fail("a start far from the head")
				}
			}
			if (decision.Do == Exec || decision.Do == Wait) != (before.Phase == Waiting) {
				fail("it does what its phase cannot")
			}
			if decision.Consume != (next.BreakGlass != nil && decision.Do != Wait) {
				fail("the file stays when it should not, or goes when it should not")
			}
			// A run that had neither the gate nor the chain for longer than the limit is over.
			if before.Phase == Running && !isAccepted && isolated(next) != "" {
				if aloneSince == nil {
					aloneSince = number(bootMs)
				}
				if bootMs-*aloneSince >= next.Limits.IsolationMs && decision.Do != Stop {
					fail("it goes on alone")
				}
			} else {
				aloneSince = nil
			}
			if decision.Do != GoOn {
				aloneSince = nil
			}
			state = after
		}
	}
	for _, what := range []string{Wait, Exec, GoOn, Stop, "glass"} {
		if seen[what] < 100 {
			t.Errorf("%s came %d times only: the test shows nothing of it", what, seen[what])
		}
	}
}
