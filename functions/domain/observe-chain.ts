// From a judgement to what it means for signers and chains.
import type { Standing } from './evidence.ts';
import type { ChainFact, SignerFact } from './facts.ts';
import { isExpected } from './handover/expected.ts';
import type { Problem } from './incident.ts';
import type { Judgement } from './judge.ts';
import { lifeLine } from './life-line.ts';
import type { Observation } from './machine.ts';
import type { SiteRules } from './policy.ts';

type SignerContext = {
  readonly judgement: Judgement;
  readonly rules: SiteRules;
  readonly at: number;
  /** How the way into the house is, in words. */
  readonly wayIn: readonly string[];
};

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };

/** An act so recent that a short silence after it means nothing. */
const recentMs = 60_000;

const detailOf = (fact: SignerFact | ChainFact): string[] => (fact.detail === null ? [] : [fact.detail]);

function notSigning(fact: SignerFact, severity: Problem['severity'], context: SignerContext): Observation {
  const { judgement, rules, wayIn } = context;
  const expected = fact.keys.total - fact.keys.inactive;
  return {
    status: 'bad',
    problem: {
      kind: 'not-signing',
      severity,
      summary:
        severity === 'critical'
          ? 'the chain shows no signature of this signer, while the house is otherwise alive'
          : `the chain shows no signature of ${fact.keys.silent} of its ${expected} keys, while the others sign`,
      evidence: [...detailOf(fact), ...wayIn, lifeLine(judgement.life)],
      confirmTicks: rules.policy.notSigning.confirmTicks,
      confirmMs: 0,
    },
  };
}

/** So long a handover may take before somebody is reminded that nobody signs meanwhile. */
const handoverMs = 2 * 60 * 60_000;

/** While a handover is under way nobody signs, and that is on purpose: what is open stays open, and nothing new is. */
function heldByNobody(fact: SignerFact, { at, rules }: SignerContext): Observation {
  if (fact.heldSince !== null && at - fact.heldSince < handoverMs) return unknown;
  return {
    status: 'bad',
    problem: {
      kind: 'not-signing',
      severity: 'warning',
      summary: 'nobody holds its keys, and nobody signs: a handover was begun and not brought to its end',
      evidence: [...detailOf(fact), `watchdog handover status ${fact.id} says what is missing`],
      confirmTicks: rules.policy.notSigning.confirmTicks,
      confirmMs: 0,
    },
  };
}

/** What became of keys that were active, but for those that were slashed: that is a page of its own. */
const leftOf = ({ keys }: SignerFact): Standing[] => keys.left.filter((standing) => standing !== 'slashed');

/** The chain has stopped expecting signatures of a key that it expected before. */
function left(fact: SignerFact): Observation {
  const gone = leftOf(fact);
  return {
    status: 'bad',
    problem: {
      kind: 'inactive',
      severity: 'warning',
      summary: `${gone.length} of its ${fact.keys.total} keys left the set of active validators (${[...new Set(gone)].join(', ')})`,
      evidence: detailOf(fact),
      confirmTicks: 1,
      confirmMs: 0,
    },
  };
}

function unknownSigner(fact: SignerFact, { judgement, rules }: SignerContext): Observation {
  // Where the chain itself is not seen, that is told once, and not of each signer.
  if (judgement.chains[fact.chain] !== 'moving') return unknown;
  return {
    status: 'bad',
    problem: {
      kind: 'signing-unknown',
      severity: 'warning',
      summary: 'the watchdog cannot tell whether this signer signs',
      evidence: detailOf(fact),
      confirmTicks: 1,
      confirmMs: rules.policy.unknown.afterMs,
    },
  };
}

/** What a tick says of a signer. Only an act shows that it is well: a silence that is too short to count proves nothing. */
export function observeSigner(fact: SignerFact, context: SignerContext): Observation {
  const { judgement, at } = context;
  const state = judgement.signers[fact.id] ?? 'unknown';
  switch (state) {
    case 'silent':
      // In a house that is down its signers are silent as well; that is the site's page, not another one.
      if (fact.holder === 'none') return heldByNobody(fact, context);
      if (!isExpected(fact, at)) return unknown;
      return judgement.verdict === 'not-signing' ? notSigning(fact, 'critical', context) : unknown;
    case 'quiet':
      if (fact.keys.silent > 0 && isExpected(fact, at) && judgement.life.includes(`signer ${fact.id}`)) {
        return notSigning(fact, 'warning', context);
      }
      return fact.keys.silent === 0 && fact.actAt !== null && at - fact.actAt <= recentMs ? good : unknown;
    case 'signing':
      return leftOf(fact).length > 0 ? left(fact) : good;
    case 'inactive':
      if (leftOf(fact).length > 0) return left(fact);
      // It is silent because it was slashed: what was open about it is not well again by that.
      return fact.keys.left.length > 0 ? unknown : good;
    case 'unknown':
      return unknownSigner(fact, context);
  }
}

/** What a tick says of a chain. */
export function observeChain(
  fact: ChainFact,
  { judgement, rules }: { readonly judgement: Judgement; readonly rules: SiteRules },
): Observation {
  const state = judgement.chains[fact.id] ?? 'unknown';
  if (state === 'moving') return good;
  if (judgement.verdict === 'blind') return unknown;
  const isStalled = state === 'stalled';
  return {
    status: 'bad',
    problem: {
      kind: isStalled ? 'chain-stalled' : 'chain-unseen',
      severity: isStalled ? 'info' : 'warning',
      summary: isStalled
        ? 'the chain itself stands still; its signers cannot be judged meanwhile'
        : 'no source shows this chain; its signers cannot be judged meanwhile',
      evidence: detailOf(fact),
      confirmTicks: 1,
      confirmMs: isStalled ? 0 : rules.policy.unknown.afterMs,
    },
  };
}
