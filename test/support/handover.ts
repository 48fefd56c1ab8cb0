// Facts of a handover in which every condition is met, for both chains and both directions; tests change what they are about.
import type {
  Direction,
  HandoverFacts,
  SourceFacts,
  TargetFacts,
} from '../../functions/domain/handover/facts.ts';
import { guardPolicy } from '../../functions/domain/handover/condition.ts';
import { epochStart, firstEpochAfter } from '../../functions/domain/handover/epochs.ts';
import type { EpochRecord, Shown, Standpoint } from '../../functions/domain/handover/record.ts';
import { minute, start } from './site.ts';
import { flagOf } from './standby-house.ts';

export const epochs = { genesisAt: start - 1_000 * 384_000, slotMs: 12_000, slotsPerEpoch: 32 };
export const begunAt = start + 1_000;
/** The first epoch that counts. */
export const first = firstEpochAfter(epochs, begunAt);
/** A little after the fourth epoch is over, and its finality known. */
export const allowedAt = epochStart(epochs, first + 4) + 30_000;
export const keys = ['17', '230'];

const hash = (text: string): string => `0x${text.padEnd(64, '0')}`;

export const epochRecord = (epoch: number, over: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  askedAt: epochStart(epochs, epoch + 2) + 12_000,
  root: hash(`a${epoch}`),
  finalizedEpoch: epoch,
  participation: 0.98,
  keys: keys.map(() => 'silent' as const),
  excerpt: '{}',
  ...over,
});

const threeEpochs: Shown = { of: 'epochs', epochs: [0, 1, 2].map((each) => epochRecord(first + each)) };

export const heightsBegunAt = start;
const heightsAllowedAt = start + 45 * minute;
const firstHeight = 5_000;
/** A block every two seconds. */
const heightAt = (at: number): number => firstHeight + Math.floor((at - heightsBegunAt) / 2_000);

function heightsShown(at: number, over: Partial<Extract<Shown, { of: 'heights' }>> = {}): Shown {
  const through = heightAt(at) - 1;
  const from = firstHeight + 1;
  const samples = Array.from({ length: Math.max(0, Math.floor(through / 100) - 50) }, (_, index) => ({
    height: (51 + index) * 100,
    hash: `h${51 + index}`,
  }));
  return {
    of: 'heights',
    next: through + 1,
    run: { from, fromAt: heightsBegunAt + 2_000, through, throughAt: at - 3_000 },
    lastBreak: null,
    samples,
    askedAt: at,
    excerpt: '{}',
    ...over,
  };
}

const standpoint = (at: number, over: Partial<Standpoint> = {}): Standpoint => ({
  askedAt: at - 5_000,
  head: { number: 32_000, at: at - 8_000 },
  behind: null,
  genesis: hash('genesis'),
  forks: '0:0x00 1:0x01',
  peers: 50,
  finalized: { epoch: first + 2, root: hash('final') },
  standings: keys.map(() => 'active' as const),
  liveness: null,
  ...over,
});

export function sourceFacts(role: SourceFacts['role'], over: Partial<SourceFacts> = {}): SourceFacts {
  const source = over.source ?? role;
  return {
    source,
    operator: role === 'target' ? 'the node that is to sign' : (over.operator ?? source),
    isOwn: role !== 'foreign',
    role,
    shown: threeEpochs,
    trouble: null,
    now: standpoint(allowedAt),
    nowTrouble: null,
    ...over,
  };
}

const machine = (at: number): NonNullable<TargetFacts['machine']> => ({
  askedAt: at - 2_000,
  place: { project: 'p', zone: 'europe-west3-a', name: 'bw-alpha-1' },
  id: '42',
  status: 'RUNNING',
  hasFuse: false,
  isProtected: true,
  disksThatGo: [],
  isOfDrill: false,
});

export const targetFacts = (at: number, to: Direction): TargetFacts => ({
  steadySince: at - guardPolicy.steadyMs,
  clock: { offsetMs: 20, uncertaintyMs: 30, askedAt: at - 3_000 },
  keys: to === 'cloud' ? { word: 'absent', at: at - 30_000 } : null,
  machine: to === 'cloud' ? machine(at) : null,
  machineTrouble: null,
});

type Common = Omit<HandoverFacts, 'signer' | 'flag' | 'epochs' | 'sources' | 'votes'>;
const common = (at: number, to: Direction): Common => ({
  at,
  to,
  life: [],
  target: targetFacts(at, to),
  fences: [],
  clock: { offsetMs: -40, uncertaintyMs: 60, askedAt: at - 2_000 },
  fencing: { how: 'powered-off', at: begunAt, by: 'Ada' },
  protection: { problem: null, height: null },
});

const nobody = (since: number, publicKeys: readonly string[]): HandoverFacts['flag'] => ({
  isReadable: true,
  flag: flagOf({
    holder: { kind: 'none' },
    instance: null,
    generation: 2,
    since,
    publicKeys,
    former: { holder: { kind: 'basement', site: 'home' }, instance: null },
    backup: { isTested: true, at: since, by: 'Ada' },
  }),
});

/** Ethereum, two keys, two operators and the node that is to sign. */
export function ethereumFacts(to: Direction = 'cloud', over: Partial<HandoverFacts> = {}): HandoverFacts {
  const liveness = { epoch: first + 3, heard: [], strangers: 16, strangersHeard: 16 };
  return {
    ...common(allowedAt, to),
    signer: { id: 'alpha', site: 'home', chain: 'ethereum', keys },
    flag: nobody(begunAt, keys),
    epochs,
    sources: [
      sourceFacts('foreign', { source: 'orchard' }),
      sourceFacts('foreign', { source: 'harbour' }),
      sourceFacts('target', { now: standpoint(allowedAt, { liveness }) }),
    ],
    votes: null,
    ...over,
  };
}

const cometKey = 'ab'.repeat(20);

/** Berachain, one key, two operators and the node that is to sign. */
export function cometFacts(to: Direction = 'cloud', over: Partial<HandoverFacts> = {}): HandoverFacts {
  const at = heightsAllowedAt;
  const source = (role: SourceFacts['role'], name: string): SourceFacts =>
    sourceFacts(role, {
      source: name,
      shown: heightsShown(at),
      now: standpoint(at, {
        head: { number: heightAt(at), at: at - 6_000 },
        standings: ['active'],
        finalized: null,
        forks: '',
      }),
    });
  return {
    ...common(at, to),
    signer: { id: 'bera', site: 'home', chain: 'berachain', keys: [cometKey] },
    flag: nobody(heightsBegunAt, [cometKey]),
    epochs: null,
    sources: [source('foreign', 'orchard'), source('foreign', 'harbour'), source('target', 'target')],
    votes: { from: at - guardPolicy.votesMs - 5_000, through: at - 2_000, seenAt: null },
    protection: { problem: null, height: heightAt(at) + 50 },
    ...over,
  };
}

/** With one source changed. */
export const withSource = (
  facts: HandoverFacts,
  name: string,
  change: (source: SourceFacts) => Partial<SourceFacts>,
): HandoverFacts => ({
  ...facts,
  sources: facts.sources.map((source) =>
    source.source === name ? { ...source, ...change(source) } : source,
  ),
});

/** With what one source shows at this moment changed. */
export const withNow = (facts: HandoverFacts, name: string, over: Partial<Standpoint>): HandoverFacts =>
  withSource(facts, name, ({ now }) => ({ now: now === null ? null : { ...now, ...over } }));

/** With the record of one epoch of one source changed. */
export const withEpoch = (
  facts: HandoverFacts,
  name: string,
  epoch: number,
  over: Partial<EpochRecord> | null,
): HandoverFacts =>
  withSource(facts, name, ({ shown }) => {
    if (shown?.of !== 'epochs') return {};
    const kept = shown.epochs.flatMap((record) =>
      record.epoch !== epoch ? [record] : over === null ? [] : [{ ...record, ...over }],
    );
    return { shown: { of: 'epochs', epochs: kept } };
  });

type Heights = Extract<Shown, { readonly of: 'heights' }>;
/** With the heights of one source changed. */
export const withHeights = (
  facts: HandoverFacts,
  name: string,
  change: (shown: Heights) => Partial<Heights>,
): HandoverFacts =>
  withSource(facts, name, ({ shown }) =>
    shown?.of === 'heights' ? { shown: { ...shown, ...change(shown) } } : {},
  );
