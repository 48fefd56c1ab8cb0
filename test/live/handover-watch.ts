// What a handover of a CometBFT signer sees of a real net: some nodes of somebody else, the node that is to sign, and what the guard says of it.
import type { BoundSource, VotesRead } from '../../functions/chains/chain.ts';
import { watchVotes } from '../../functions/chains/cometbft/live-votes.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { canonicalKey } from '../../functions/config/signer.ts';
import { type Guard, type GuardPolicy, guardPolicy } from '../../functions/domain/handover/condition.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { HandoverFacts, SourceFacts, VotesWatched } from '../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import type { HeightReading, Shown } from '../../functions/domain/handover/record.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { cometFacts, targetFacts } from '../support/handover.ts';
import { until } from './nets/wait.ts';

/** The product's own rules, with waits that a test can bear. */
export const quickPolicy: GuardPolicy = {
  ...guardPolicy,
  heights: 210,
  heightsMs: 20_000,
  samples: 2,
  votesMs: 20_000,
};

export type Handover = {
  readonly chain: 'cometbft' | 'berachain';
  readonly network: string;
  /** As a person writes them. */
  readonly keys: readonly string[];
  /** The node that is to sign. */
  readonly target: string;
  readonly foreign: readonly string[];
  readonly policy?: GuardPolicy;
};

export type Seen = {
  readonly facts: HandoverFacts;
  readonly guard: Guard;
};

export type HandoverWatch = {
  readonly begunAt: number;
  readonly look: () => Promise<Seen>;
  /** Looks until the guard says so. */
  readonly untilSeen: (what: string, isIt: (seen: Seen) => boolean, limitMs?: number) => Promise<Seen>;
  /** Every height that a source has shown since the beginning, by its address. */
  readonly heights: (url: string) => readonly HeightReading[];
  readonly close: () => Promise<void>;
};

function sourceAt({ chain, network }: Handover, url: string): BoundSource {
  const [source] = bindSources([{ id: url, operator: url, isOwn: false, chain, source: { url, network } }], {
    chains: createChains(),
    network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    secret: () => '',
    allow: [],
  });
  if (source === undefined) throw new Error('no source');
  return source;
}

/** Takes the keys from everybody, which in a test is to say that nobody holds them from now on, and looks from then on. */
export function beginHandover(handover: Handover): HandoverWatch {
  const { chain, target, foreign, policy = quickPolicy } = handover;
  const keys = handover.keys.map((key) => canonicalKey(key, chain));
  const begunAt = systemClock.now();
  const stop = new AbortController();
  const run = { signal: stop.signal, timeoutMs: 20_000, now: systemClock.now };
  const sources = [target, ...foreign].map((url) => sourceAt(handover, url));
  const shown = new Map<string, Shown | null>();
  const heights = new Map<string, HeightReading[]>();
  let votes: VotesWatched | null = null;
  const readVotes = (): Promise<VotesRead> => {
    const read = sources[0]?.votes ?? null;
    if (read === null) throw new Error('it shows no votes');
    return read(keys, { ...run, timeoutMs: 5_000 });
  };
  const watching = watchVotes({ look: readVotes, clock: systemClock, signal: stop.signal }, (watched) => {
    votes = watched;
  });
  const factsOf = async (source: BoundSource): Promise<SourceFacts> => {
    const before = shown.get(source.id) ?? null;
    const [stood, recorded] = await Promise.all([
      source.stand({ keys, withEars: false }, run),
      source.record({ keys, begunAt, before }, run),
    ]);
    const after = recorded.ok ? extendShown(before, recorded.reading, systemClock.now()) : before;
    shown.set(source.id, after);
    if (recorded.ok && recorded.reading.of === 'heights' && after !== before) {
      heights.set(source.id, [...(heights.get(source.id) ?? []), ...recorded.reading.heights]);
    }
    return {
      source: source.id,
      operator: source.operator,
      isOwn: source.id === target,
      role: source.id === target ? 'target' : 'foreign',
      shown: after,
      trouble: recorded.ok ? recorded.trouble : recorded.detail,
      now: stood.ok ? stood.value : null,
      nowTrouble: stood.ok ? null : stood.detail,
    };
  };
  const look = async (): Promise<Seen> => {
    const told = await Promise.all(sources.map(factsOf));
    const at = systemClock.now();
    const base = cometFacts('cloud');
    if (!base.flag.isReadable || base.flag.flag === null) throw new Error('nobody holds the keys there');
    // What is no matter of the chain is as it should be.
    const facts: HandoverFacts = {
      ...base,
      at,
      signer: { ...base.signer, chain, keys },
      flag: { isReadable: true, flag: { ...base.flag.flag, since: begunAt, publicKeys: keys } },
      sources: told,
      target: targetFacts(at, 'cloud'),
      clock: { offsetMs: 0, uncertaintyMs: 0, askedAt: at },
      fencing: { how: 'powered-off', at: begunAt, by: 'Ada' },
      votes,
    };
    return { facts, guard: judgeHandover(facts, policy) };
  };
  return {
    begunAt,
    look,
    untilSeen: (what, isIt, limitMs = 120_000) =>
      until(
        what,
        async () => {
          const seen = await look();
          if (isIt(seen)) return seen;
          const unmet = seen.guard.conditions.filter(({ state }) => state !== 'met');
          throw new Error(unmet.map(({ id, part, why }) => `${id} ${part}: ${why}`).join('; '));
        },
        { limitMs },
      ),
    heights: (url) => heights.get(url) ?? [],
    close: async () => {
      stop.abort();
      await watching;
    },
  };
}

/** What the guard says of one of its conditions, by id and part. */
export const conditionOf = ({ guard }: Seen, id: string, part = ''): Guard['conditions'][number] => {
  const found = guard.conditions.find((each) => each.id === id && each.part === part);
  if (found === undefined) throw new Error(`the guard says nothing of ${id} ${part}`);
  return found;
};
