// A signature while nobody holds the keys: which act is one, and which was only under way.
import { describe, expect, test } from 'vitest';
import { observeUnheld } from '../../../functions/domain/handover/observe-unheld.ts';
import type { HandoverRecord, Shown } from '../../../functions/domain/handover/record.ts';
import type { ChainName } from '../../../functions/domain/chain.ts';
import type { FlagRead } from '../../../functions/domain/standby/key-flag.ts';
import type { Trace } from '../../../functions/domain/trace.ts';
import { epochRecord } from '../../support/handover.ts';
import { minute, second, start } from '../../support/site.ts';
import { flagOf, noFlag, unreadable } from '../../support/standby-house.ts';

const keys = ['17', '230'];
const epochMs = 384 * second;
const nobody = (over: Parameters<typeof flagOf>[0] = {}): FlagRead => ({
  isReadable: true,
  flag: flagOf({ holder: { kind: 'none' }, instance: null, generation: 2, since: start, ...over }),
});

type Act = { readonly unit: number; readonly at: number };
const trace = (acts: readonly Act[], open: readonly Act[] = []): Trace => ({
  next: 1,
  tip: null,
  freshAt: start,
  through: null,
  stake: null,
  open: open.map((each) => ({ ...each, blocks: 1, seen: [] })),
  keys: [
    { acts: [], absent: null, standing: 'active', balance: null },
    { acts, absent: null, standing: 'active', balance: null },
  ],
});
const recordOf = (shown: Shown | null, over: Partial<HandoverRecord> = {}): HandoverRecord => ({
  signer: 'alpha',
  chain: 'ethereum',
  keys,
  generation: 2,
  begunAt: start,
  sources: [{ source: 'rpc', operator: 'o', isOwn: false, shown, trouble: null }],
  ...over,
});

type Case = {
  readonly chain?: ChainName;
  readonly read?: FlagRead | undefined;
  readonly seen?: Trace;
  readonly seenKeys?: readonly string[];
  readonly record?: HandoverRecord;
  readonly cleared?: number;
};
const observe = (given: Case) => {
  const { chain = 'ethereum', seen, seenKeys = keys, record, cleared } = given;
  const [observed] = observeUnheld({
    signers: [{ id: 'alpha', chain, keys }],
    flags: 'read' in given ? (given.read === undefined ? {} : { alpha: given.read }) : { alpha: nobody() },
    ledger:
      seen === undefined
        ? {}
        : { alpha: { keys: seenKeys, wasActive: [], traces: { rpc: seen }, slashings: [] } },
    records: record === undefined ? {} : { alpha: record },
    clearedAt: () => cleared ?? null,
  });
  return observed;
};
const status = (given: Case) => observe(given)?.observation.status;

describe('Ethereum: an act', () => {
  const epoch = (began: number): Act => ({ unit: 9, at: began });
  const late = { unit: 9, at: start + 5 * minute };
  test.each<[string, Trace, string]>([
    ['of an epoch that began after the keys were taken away', trace([late], [epoch(start + 1)]), 'bad'],
    ['of an epoch that began as they were', trace([late], [epoch(start)]), 'good'],
    ['of an epoch that was under way', trace([late], [epoch(start - minute)]), 'good'],
    [
      'of an epoch whose beginning is not at hand, more than an epoch later',
      trace([{ unit: 9, at: start + epochMs + 1 }], [{ unit: 8, at: start }]),
      'bad',
    ],
    [
      'of an epoch whose beginning is not at hand, within an epoch',
      trace([{ unit: 9, at: start + epochMs }]),
      'good',
    ],
    ['before they were taken away', trace([{ unit: 8, at: start - epochMs }]), 'good'],
  ])('%s', (_, seen, expected) => {
    expect(status({ seen })).toBe(expected);
  });
});

describe.each(['berachain', 'cometbft'] as const)('%s: an act', (chain) => {
  test.each<[string, number, string]>([
    ['a minute after the keys were taken away', start + minute, 'good'],
    ['later than that', start + minute + 1, 'bad'],
    ['before they were', start - 1, 'good'],
  ])('of a height %s', (_, at, expected) => {
    expect(status({ chain, seen: trace([{ unit: 5_000, at }]) })).toBe(expected);
  });
});

const seen = trace([{ unit: 9, at: start + 30 * minute }]);
describe('what the flag says', () => {
  test.each<[string, FlagRead | undefined, string]>([
    ['nobody holds', nobody(), 'bad'],
    ['the house holds', { isReadable: true, flag: flagOf() }, 'good'],
    ['nothing was ever handed over', noFlag, 'good'],
    ['it cannot be read', unreadable, 'unknown'],
    ['it was not read', undefined, 'unknown'],
    ['they were taken away again since', nobody({ since: start + 31 * minute }), 'good'],
  ])('%s', (_, read, expected) => {
    expect(status({ read, seen })).toBe(expected);
  });

  test('acts of other keys than the configured ones are none of theirs', () => {
    expect(status({ seen, seenKeys: ['17', '231'] })).toBe('good');
  });

  test('an act is answered by a cause that was stated after it, and only by that', () => {
    expect(status({ seen, cleared: start + 30 * minute })).toBe('good');
    expect(status({ seen, cleared: start + 30 * minute - 1 })).toBe('bad');
  });
});

describe('a record', () => {
  const epochs = (over: Parameters<typeof epochRecord>[1]): Shown => ({
    of: 'epochs',
    epochs: [epochRecord(5, { finalizedEpoch: 7, askedAt: start + 30 * minute, ...over })],
  });
  const alive = epochs({ keys: ['silent', 'alive'] });
  const heights = (at: number, word: 'alive' | 'unknown'): Shown => ({
    of: 'heights',
    next: 9,
    run: null,
    lastBreak: { height: 8, at, key: 1, word },
    samples: [],
    askedAt: start,
    excerpt: '',
  });
  test.each<[string, Case, string]>([
    ['of an epoch in which a key signed', { record: recordOf(alive) }, 'bad'],
    [
      'of one whose blocks may yet be replaced',
      { record: recordOf(epochs({ keys: ['alive', 'alive'], finalizedEpoch: 6 })) },
      'good',
    ],
    ['of silence', { record: recordOf(epochs({})) }, 'good'],
    ['of a gap', { record: recordOf(epochs({ keys: ['unknown', 'not-in-set'] })) }, 'good'],
    ['of nothing', { record: recordOf(null) }, 'good'],
    ['of an earlier handover', { record: recordOf(alive, { generation: 1 }) }, 'good'],
    ['of another begin', { record: recordOf(alive, { begunAt: start - 1 }) }, 'good'],
    ['of other keys', { record: recordOf(alive, { keys: ['17', '231'] }) }, 'good'],
    ['that was answered', { record: recordOf(alive), cleared: start + 30 * minute }, 'good'],
    [
      'of a height in which a key signed',
      { chain: 'berachain', record: recordOf(heights(start + minute + 1, 'alive')) },
      'bad',
    ],
    [
      'of a height that was under way',
      { chain: 'berachain', record: recordOf(heights(start + minute, 'alive')) },
      'good',
    ],
    [
      'of a height of which nothing is known',
      { chain: 'berachain', record: recordOf(heights(start + 9 * minute, 'unknown')) },
      'good',
    ],
  ])('%s', (_, given, expected) => {
    expect(status(given)).toBe(expected);
  });
});

test('it is told with which key signed in which epoch, and who says so', () => {
  expect(observe({ seen })).toMatchObject({
    subject: { kind: 'signature', id: 'alpha' },
    observation: {
      problem: {
        kind: 'signed-unheld',
        severity: 'critical',
        evidence: ['230 signed in epoch 9, says rpc'],
        confirmTicks: 1,
        confirmMs: 0,
      },
    },
  });
});
