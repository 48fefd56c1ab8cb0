// The guard of a handover: may the keys be given to this side now? It allows only when every condition is met, and unknown is never met.
import { holderText } from '../standby/key-flag.ts';
import { type Condition, type Guard, type GuardPolicy, guardPolicy } from './condition.ts';
import { epochMs, firstEpochAfter } from './epochs.ts';
import type { FenceReport } from '../pulse.ts';
import type { Fencing, HandoverFacts, Life } from './facts.ts';
import { heightsOf, judgeCometbft } from './guard-cometbft.ts';
import { judgeEthereum } from './guard-ethereum.ts';
import { judgeNow } from './guard-now.ts';
import { begunAt, type Judging, met, type Must, notMet, notYet, shortKey, unknown } from './judged.ts';

function flag({ facts, policy }: Judging): Condition {
  const must: Must = { id: 'flag', must: 'nobody holds the keys' };
  const { flag: read, signer } = facts;
  if (!read.isReadable) return unknown(must, `the keys database cannot be read: ${read.why}`);
  const found = read.flag;
  if (found === null)
    return notMet(must, `nothing is written of ${signer.id}: run watchdog handover init ${signer.id}`);
  if (found.holder.kind !== 'none') {
    return notMet(must, `${holderText(found.holder)} holds them: run watchdog handover begin ${signer.id}`);
  }
  const [written, configured] = [found.publicKeys, signer.keys].map((keys) => keys.toSorted().join(' '));
  if (written !== configured) return notMet(must, 'the flag is of other keys than the configuration');
  if (found.since > facts.at + policy.ownClockMs)
    return unknown(must, 'they were taken away in the future, by our clock');
  return met(must, `generation ${found.generation}`);
}

/** Whether an act is later than the beginning of what must be silent. */
function isLater({ unit, at }: Life, facts: HandoverFacts, begun: number): boolean {
  if (facts.epochs !== null) return unit >= firstEpochAfter(facts.epochs, begun);
  const runs = facts.sources.flatMap((source) => heightsOf(source)?.run ?? []);
  // What was before the runs has broken them, and they have begun anew.
  const from = runs.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...runs.map((run) => run.from));
  return at > begun && unit >= from;
}

/** Acts in epochs that came after those that must be silent. */
function laterLife({ facts: { sources, epochs }, policy }: Judging, begun: number): Life[] {
  if (epochs === null) return [];
  const after = firstEpochAfter(epochs, begun) + policy.epochs;
  return sources.flatMap(({ operator, shown }) =>
    shown?.of === 'epochs'
      ? shown.epochs.flatMap(({ epoch, askedAt, keys }) =>
          keys.flatMap((word, key): Life[] =>
            word === 'alive' && epoch >= after
              ? [{ source: operator, key, unit: epoch, at: askedAt, how: 'epoch' }]
              : [],
          ),
        )
      : [],
  );
}

function life(judging: Judging, begun: number): Condition {
  const { facts } = judging;
  const must: Must = { id: 'life', must: 'nothing shows that the other side lives' };
  const seen = [...(facts.life ?? []), ...laterLife(judging, begun)].find((each) =>
    isLater(each, facts, begun),
  );
  if (seen !== undefined) {
    const key = shortKey(facts.signer.keys[seen.key]);
    return notMet(
      must,
      `${key} has signed since (${seen.how}, ${seen.unit}), says ${seen.source}: make sure that it is off, then begin again`,
    );
  }
  const fence = facts.fences?.find(
    (each) => each.isRunning && each.at > begun && each.signer === facts.signer.id,
  );
  if (fence !== undefined) {
    return notMet(must, `a fence reports that its client runs, with generation ${fence.generation}`);
  }
  if (facts.life === null) return unknown(must, 'what the watchdog has seen of the keys cannot be read');
  return facts.fences === null
    ? unknown(must, 'what the fences report cannot be read')
    : met(must, 'nothing does');
}

type Described = FenceReport & { readonly isolationMs: number };

const isDescribed = (fence: FenceReport, since: number): fence is Described =>
  fence.version !== null &&
  fence.isolationMs !== null &&
  fence.describedAt !== null &&
  fence.describedAt < since;

/**
 * The fences of whoever held the keys, if each said before the handover began that it stops its client by itself when that is cut off. Where
 * the flag names no instance it is every fence of the house.
 */
function fencesBefore({ flag: read, fences, signer }: HandoverFacts): readonly Described[] {
  const flagged = read.isReadable ? read.flag : null;
  const former = flagged?.former ?? null;
  if (flagged === null || former === null || former.holder.kind === 'none') return [];
  const isHouse = former.holder.kind === 'basement' && former.holder.site === signer.site;
  if (former.instance === null && !isHouse) return [];
  const theirs = (fences ?? []).filter(
    (each) => each.signer === signer.id && (former.instance === null || each.instance === former.instance),
  );
  const described = theirs.filter((each): each is Described => isDescribed(each, flagged.since));
  return described.length === theirs.length ? described : [];
}

/**
 * Whoever is cut off goes on signing, for nobody to see, until its fence has noticed: at the latest when the head of its node is too old, which
 * is two epochs on Ethereum and a minute elsewhere; and a little more until it has looked.
 */
const noticeMs = ({ epochs }: HandoverFacts): number =>
  (epochs === null ? 60_000 : 2 * epochMs(epochs)) + 60_000;

function cut(must: Must, { at, by }: Fencing, facts: HandoverFacts): Condition {
  const described = fencesBefore(facts);
  const [fence] = described;
  if (fence === undefined) {
    return notMet(
      must,
      'no fence of the former holder had reported its version and its isolation time before the handover began: power it off instead',
    );
  }
  const stoppedAt = at + Math.max(...described.map(({ isolationMs }) => isolationMs)) + noticeMs(facts);
  return facts.at >= stoppedAt
    ? met(must, `${by} says: cut off; its fence, ${fence.version}, stops by itself`)
    : notYet(must, 'its fence has not had the time yet in which it stops by itself', stoppedAt);
}

function fenced({ facts }: Judging): Condition {
  const must: Must = { id: 'fenced', must: 'a person has made sure that the other side cannot sign' };
  const { fencing, flag: read, at } = facts;
  if (fencing === null) return notMet(must, 'nobody has said how; an outage is not a fence');
  if (!(fencing.at <= at)) return notMet(must, 'it was said of a time to come');
  switch (fencing.how) {
    case 'powered-off':
      return met(must, `${fencing.by} says: powered off`);
    case 'wiped':
      return read.isReadable && read.flag?.backup?.isTested === true
        ? met(must, `${fencing.by} says: its disk is wiped`)
        : notMet(must, 'a disk is wiped only when a tested backup of the keys exists');
    case 'cut':
      return cut(must, fencing, facts);
  }
}

function protection({ facts }: Judging): Condition {
  const must: Must = { id: 'protection', must: 'the client that is to sign is protected by the floor' };
  const { protection: checked } = facts;
  if (checked === null) return notMet(must, 'its protection was not exported and checked');
  return checked.problem === null ? met(must, 'exported again, and compared') : notMet(must, checked.problem);
}

function ofChain(judging: Judging, begun: number): Condition[] {
  return judging.facts.signer.chain === 'ethereum'
    ? judgeEthereum(judging, begun)
    : judgeCometbft(judging, begun);
}

/**
 * Judges facts by the rules of the handover. While somebody holds the keys there is nothing to judge: then only the flag and what ages is said.
 * Pure: the same facts come to the same.
 */
export function judgeHandover(facts: HandoverFacts, policy: GuardPolicy = guardPolicy): Guard {
  const judging = { facts, policy };
  const begun = begunAt(facts);
  const silent: Must = { id: 'silence', must: 'the other side is silent' };
  const conditions = [
    flag(judging),
    ...(begun === null
      ? [unknown(silent, 'silence counts only from when nobody holds the keys')]
      : [...ofChain(judging, begun), life(judging, begun)]),
    ...judgeNow(judging),
    fenced(judging),
    protection(judging),
  ];
  const unmet = conditions.filter(({ state }) => state !== 'met');
  const times = unmet.flatMap(({ notBefore }) => notBefore ?? []);
  return {
    isAllowed: unmet.length === 0,
    conditions,
    notBefore: times.length === 0 ? null : Math.max(...times),
    skippable: unmet.every(({ isWaiting }) => isWaiting) ? unmet : [],
  };
}
