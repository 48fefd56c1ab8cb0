// The guard, row by row: what keeps keys from being given, and that nothing else does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition, Guard } from '../../../functions/domain/handover/condition.ts';
import { epochStart } from '../../../functions/domain/handover/epochs.ts';
import type { HandoverFacts } from '../../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../../functions/domain/handover/guard.ts';
import { fenceReport } from '../../support/fence.ts';
import {
  allowedAt,
  begunAt,
  cometFacts,
  epochRecord,
  epochs,
  ethereumFacts,
  first,
  heightsBegunAt,
  sourceFacts,
  withEpoch,
  withHeights,
  withNow,
  withSource,
} from '../../support/handover.ts';
import { type flagOf, noFlag, unreadable } from '../../support/standby-house.ts';
import { minute } from '../../support/site.ts';

const unmet = ({ conditions }: Guard): Condition[] => conditions.filter(({ state }) => state !== 'met');
const names = (facts: HandoverFacts): string[] => [
  ...new Set(unmet(judgeHandover(facts)).map(({ id, part }) => (part === '' ? id : `${id} ${part}`))),
];
const flagWith = (facts: HandoverFacts, over: Parameters<typeof flagOf>[0]): HandoverFacts => ({
  ...facts,
  flag:
    facts.flag.isReadable && facts.flag.flag !== null
      ? { isReadable: true, flag: { ...facts.flag.flag, ...over } }
      : facts.flag,
});
const target = (facts: HandoverFacts, over: Partial<HandoverFacts['target']>): HandoverFacts => ({
  ...facts,
  target: { ...facts.target, ...over },
});
const machine = (facts: HandoverFacts, over: object): HandoverFacts =>
  target(facts, { machine: facts.target.machine === null ? null : { ...facts.target.machine, ...over } });

describe.each([
  ['Ethereum to the cloud', ethereumFacts('cloud')],
  ['Ethereum to the house', ethereumFacts('basement')],
  ['Berachain to the cloud', cometFacts('cloud')],
  ['Berachain to the house', cometFacts('basement')],
])('%s', (_, facts) => {
  test('is allowed when every condition is met', () => {
    const guard = judgeHandover(facts);
    expect(unmet(guard)).toEqual([]);
    expect(guard).toMatchObject({ isAllowed: true, notBefore: null, skippable: [] });
  });

  test('says each condition once, in words and with evidence', () => {
    const { conditions } = judgeHandover(facts);
    const all = conditions.map(({ id, part }) => `${id} ${part}`);
    expect(new Set(all).size).toBe(all.length);
    expect(conditions.filter(({ must, why }) => must === '' || why === '')).toEqual([]);
  });
});

type Row = readonly [what: string, change: (facts: HandoverFacts) => HandoverFacts, unmet: readonly string[]];

const both: readonly Row[] = [
  ['the flag cannot be read', (f) => ({ ...f, flag: unreadable }), ['flag', 'silence']],
  ['there is no flag', (f) => ({ ...f, flag: noFlag }), ['flag', 'silence']],
  [
    'the house holds the keys',
    (f) => flagWith(f, { holder: { kind: 'basement', site: 'home' } }),
    ['flag', 'silence'],
  ],
  ['the flag is of other keys', (f) => flagWith(f, { publicKeys: ['9'] }), ['flag']],
  ['the flag is of one key more', (f) => flagWith(f, { publicKeys: [...f.signer.keys, '9'] }), ['flag']],
  ['our clock was not held against the database', (f) => ({ ...f, clock: null }), ['clock ours']],
  [
    'our clock is off',
    (f) => ({ ...f, clock: { offsetMs: 950, uncertaintyMs: 60, askedAt: f.at } }),
    ['clock ours'],
  ],
  [
    'our clock is behind',
    (f) => ({ ...f, clock: { offsetMs: -950, uncertaintyMs: 60, askedAt: f.at } }),
    ['clock ours'],
  ],
  [
    'our clock was measured long ago',
    (f) => ({ ...f, clock: { offsetMs: 0, uncertaintyMs: 1, askedAt: f.at - 61_000 } }),
    ['clock ours'],
  ],
  [
    'our clock is no number',
    (f) => ({ ...f, clock: { offsetMs: Number.NaN, uncertaintyMs: 1, askedAt: f.at } }),
    ['clock ours'],
  ],
  ['its clock was not measured', (f) => target(f, { clock: null }), ['clock target']],
  [
    'its clock is off',
    (f) => target(f, { clock: { offsetMs: 80, uncertaintyMs: 30, askedAt: f.at } }),
    ['clock target'],
  ],
  ['it has not been steady for long', (f) => target(f, { steadySince: f.at - 15 * minute + 1 }), ['steady']],
  ['it is not known since when it is steady', (f) => target(f, { steadySince: null }), ['steady']],
  ['it is steady from tomorrow on', (f) => target(f, { steadySince: f.at + 1 }), ['steady']],
  ['its agent does not speak', (f) => target(f, { keys: null }), ['target keys']],
  ['its agent has found keys', (f) => target(f, { keys: { word: 'present', at: f.at } }), ['target keys']],
  ['its agent cannot tell', (f) => target(f, { keys: { word: 'unknown', at: f.at } }), ['target keys']],
  [
    'its agent spoke long ago',
    (f) => target(f, { keys: { word: 'absent', at: f.at - 121_000 } }),
    ['target keys'],
  ],
  [
    'its agent speaks from tomorrow',
    (f) => target(f, { keys: { word: 'absent', at: f.at + 61_000 } }),
    ['target keys'],
  ],
  ['its machine is stopped', (f) => machine(f, { status: 'TERMINATED' }), ['machine runs']],
  ['its machine ends by itself', (f) => machine(f, { hasFuse: true }), ['machine lasts']],
  ['its machine is not protected', (f) => machine(f, { isProtected: false }), ['machine protected']],
  ['a disk goes with its machine', (f) => machine(f, { disksThatGo: ['chain'] }), ['machine disks']],
  ['a drill made it', (f) => machine(f, { isOfDrill: true }), ['machine drill']],
  [
    'its machine was seen long ago',
    (f) => machine(f, { askedAt: f.at - 61_000 }),
    ['machine runs', 'machine lasts', 'machine protected', 'machine disks', 'machine drill'],
  ],
  [
    'Compute does not show its machine',
    (f) => target(f, { machine: null }),
    ['machine runs', 'machine lasts', 'machine protected', 'machine disks', 'machine drill'],
  ],
  ['nobody has fenced the other side', (f) => ({ ...f, fencing: null }), ['fenced']],
  [
    'it will be fenced tomorrow',
    (f) => ({ ...f, fencing: { how: 'powered-off', at: f.at + 1, by: 'Ada' } }),
    ['fenced'],
  ],
  [
    'it was cut off, and no fence had spoken',
    (f) => ({ ...f, fencing: { how: 'cut', at: f.at, by: 'Ada' } }),
    ['fenced'],
  ],
  [
    'its disk was wiped without a backup',
    (f) =>
      flagWith(
        { ...f, fencing: { how: 'wiped', at: f.at, by: 'Ada' } },
        { backup: { isTested: false, at: 1, by: 'Ada' } },
      ),
    ['fenced'],
  ],
  [
    'its disk was wiped and nobody said whether there is a backup',
    (f) => flagWith({ ...f, fencing: { how: 'wiped', at: f.at, by: 'Ada' } }, { backup: null }),
    ['fenced'],
  ],
  ['the protection was not checked', (f) => ({ ...f, protection: null }), ['protection']],
  [
    'the protection is below the floor',
    (f) => ({ ...f, protection: { problem: 'below', height: null } }),
    ['protection'],
  ],
  [
    'a fence says that its client runs',
    (f) => ({
      ...f,
      fences: [fenceReport({ signer: f.signer.id, at: f.at - 60_000 })],
    }),
    ['life'],
  ],
  ['what the watchdog has seen cannot be read', (f) => ({ ...f, life: null }), ['life']],
  ['what the fences report cannot be read', (f) => ({ ...f, fences: null }), ['life']],
  ['it has too few peers', (f) => withNow(f, 'target', { peers: 2 }), ['target peers']],
  ['it does not say its peers', (f) => withNow(f, 'target', { peers: null }), ['target peers']],
  ['a source shows other forks', (f) => withNow(f, 'harbour', { forks: 'x' }), ['target chain']],
  ['a source shows another chain', (f) => withNow(f, 'harbour', { genesis: 'x' }), ['target chain']],
  [
    'only one operator says of which chain it is',
    (f) => withSource(f, 'harbour', () => ({ operator: 'orchard' })),
    ['target chain'],
  ],
  [
    'a source says that a key is slashed',
    (f) => withNow(f, 'harbour', { standings: f.signer.keys.map(() => 'slashed') }),
    ['keys'],
  ],
  [
    'the target says that a key has exited',
    (f) => withNow(f, 'target', { standings: f.signer.keys.map(() => 'exited') }),
    ['keys'],
  ],
  [
    'a stale source says that a key is slashed',
    (f) => withNow(f, 'harbour', { askedAt: f.at - 600_000, standings: f.signer.keys.map(() => 'slashed') }),
    ['keys', 'target chain'],
  ],
  [
    'a source does not know a key',
    (f) => withNow(f, 'orchard', { standings: f.signer.keys.map(() => 'unknown') }),
    ['keys'],
  ],
  ['a source does not say it of each key', (f) => withNow(f, 'orchard', { standings: [] }), ['keys']],
];

const onlyCloud = (row: Row): boolean => /machine|agent|drill/.test(row[0]);

const ofEthereum: readonly Row[] = [
  ...[0, 1, 2].flatMap((each): Row[] => [
    [
      `a key attested in epoch F+${each}, says a stranger`,
      (f) => withEpoch(f, 'orchard', first + each, { keys: ['silent', 'alive'] }),
      [`silence ${first + each}`],
    ],
    [
      `a key attested in epoch F+${each}, says the target`,
      (f) => withEpoch(f, 'target', first + each, { keys: ['alive', 'silent'] }),
      [`silence ${first + each}`],
    ],
    [
      `the target has no record of epoch F+${each}`,
      (f) => withEpoch(f, 'target', first + each, null),
      [`silence ${first + each}`, `participation ${first + each}`],
    ],
    [
      `the target cannot tell of a key in epoch F+${each}`,
      (f) => withEpoch(f, 'target', first + each, { keys: ['silent', 'unknown'] }),
      [`silence ${first + each}`],
    ],
    [
      `a stranger cannot tell of a key in epoch F+${each}`,
      (f) => withEpoch(f, 'orchard', first + each, { keys: ['unknown', 'silent'] }),
      [`silence ${first + each}`],
    ],
    [
      `the roots of epoch F+${each} differ`,
      (f) => withEpoch(f, 'harbour', first + each, { root: '0xother' }),
      [`silence ${first + each}`],
    ],
    [
      `a record of epoch F+${each} was made too early`,
      (f) => withEpoch(f, 'target', first + each, { askedAt: epochStart(epochs, first + each + 2) - 1 }),
      [`silence ${first + each}`, `participation ${first + each}`],
    ],
    [
      `a record of epoch F+${each} is of one key only`,
      (f) => withEpoch(f, 'target', first + each, { keys: ['silent'] }),
      [`silence ${first + each}`],
    ],
    [
      `few took part in epoch F+${each}`,
      (f) => withEpoch(f, 'harbour', first + each, { participation: 0.799 }),
      [`participation ${first + each}`],
    ],
    [
      `who took part in epoch F+${each} is no number`,
      (f) => withEpoch(f, 'harbour', first + each, { participation: Number.NaN }),
      [`participation ${first + each}`],
    ],
  ]),
  [
    'F+2 is not finalized for the target',
    (f) => withNow(f, 'target', { finalized: { epoch: first + 1, root: 'r' } }),
    ['finality'],
  ],
  [
    'the chain does not finalize for a stranger',
    (f) => withNow(f, 'orchard', { finalized: { epoch: first, root: 'r' } }),
    ['finality'],
  ],
  [
    'two sources finalized different blocks',
    (f) => withNow(f, 'orchard', { finalized: { epoch: first + 2, root: 'other' } }),
    ['finality'],
  ],
  [
    'an epoch to come is finalized',
    (f) => withNow(f, 'orchard', { finalized: { epoch: first + 9, root: 'r' } }),
    ['finality'],
  ],
  [
    'the target does not say what is finalized',
    (f) => withNow(f, 'target', { finalized: null }),
    ['finality'],
  ],
  [
    'the target hears a key',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first + 3, heard: [1], strangers: 16, strangersHeard: 16 } }),
    ['ears'],
  ],
  [
    'the target hears nobody: it was restarted',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first + 3, heard: [], strangers: 16, strangersHeard: 0 } }),
    ['ears'],
  ],
  [
    'the target hears some only',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first + 3, heard: [], strangers: 16, strangersHeard: 13 } }),
    ['ears'],
  ],
  [
    'it is not known whether the target hears',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first + 3, heard: [], strangers: 3, strangersHeard: 3 } }),
    ['ears'],
  ],
  [
    'the target tells of an epoch before',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first - 1, heard: [], strangers: 16, strangersHeard: 16 } }),
    ['ears'],
  ],
  [
    'the target tells of an old epoch',
    (f) =>
      withNow(f, 'target', { liveness: { epoch: first + 1, heard: [], strangers: 16, strangersHeard: 16 } }),
    ['ears'],
  ],
  ['the target does not serve liveness', (f) => withNow(f, 'target', { liveness: null }), ['ears']],
  [
    'the watchdog has seen an act in F',
    (f) => ({
      ...f,
      life: [{ source: 'orchard', key: 0, unit: first, at: epochStart(epochs, first), how: 'x' }],
    }),
    ['life'],
  ],
  [
    'a source has shown an act long after the silent epochs',
    (f) =>
      withSource(f, 'harbour', ({ shown }) => ({
        shown: {
          of: 'epochs',
          epochs: [
            ...(shown?.of === 'epochs' ? shown.epochs : []),
            epochRecord(first + 7, { keys: ['silent', 'alive'] }),
          ],
        },
      })),
    ['life'],
  ],
  [
    'a node of ours has seen an act',
    (f) => ({
      ...f,
      sources: [
        ...f.sources,
        sourceFacts('own', {
          source: 'own',
          shown: { of: 'epochs', epochs: [epochRecord(first, { keys: ['alive', 'silent'] })] },
        }),
      ],
    }),
    [`silence ${first}`],
  ],
  ['the epochs are not known', (f) => ({ ...f, epochs: null }), ['silence']],
  [
    'the target is three slots behind',
    (f) => withNow(f, 'target', { head: { number: 1, at: f.at - 5_000 - 36_000 } }),
    ['finality', 'ears', 'sources target', 'keys', 'target chain', 'target peers'],
  ],
  [
    'the target follows without having verified',
    (f) => withNow(f, 'target', { behind: 'optimistic' }),
    ['finality', 'ears', 'sources target', 'keys', 'target chain', 'target peers'],
  ],
  [
    'the target was asked long ago',
    (f) => withNow(f, 'target', { askedAt: f.at - 61_000 }),
    ['finality', 'ears', 'sources target', 'keys', 'target chain', 'target peers'],
  ],
  [
    'the target is not reached',
    (f) => withSource(f, 'target', () => ({ now: null, nowTrouble: 'no way' })),
    ['finality', 'ears', 'sources target', 'keys', 'target chain', 'target peers'],
  ],
];

const ofComet: readonly Row[] = [
  [
    'too few heights, says the target',
    (f) =>
      withHeights(f, 'target', ({ run }) => ({
        run: run === null ? null : { ...run, from: run.through - 898 },
      })),
    ['silence target'],
  ],
  [
    'too few heights, say all strangers',
    (f) =>
      ['orchard', 'harbour'].reduce(
        (g, name) =>
          withHeights(g, name, ({ run }) => ({
            run: run === null ? null : { ...run, from: run.through - 898 },
          })),
        f,
      ),
    ['silence foreign'],
  ],
  [
    'too short a time',
    (f) =>
      withHeights(f, 'target', ({ run }) => ({
        run: run === null ? null : { ...run, fromAt: run.throughAt - 30 * minute + 1 },
      })),
    ['silence target'],
  ],
  [
    'heights from before the beginning',
    (f) =>
      withHeights(f, 'target', ({ run }) => ({
        run: run === null ? null : { ...run, fromAt: heightsBegunAt },
      })),
    ['silence target'],
  ],
  [
    'a run that ended a while ago',
    (f) =>
      withHeights(f, 'target', ({ run }) => ({
        run: run === null ? null : { ...run, throughAt: f.at - 61_000 },
      })),
    ['silence target'],
  ],
  [
    'a break within the run',
    (f) =>
      withHeights(f, 'target', ({ run }) => ({
        lastBreak: { height: (run?.from ?? 0) + 5, at: f.at - minute, key: 0, word: 'alive' },
      })),
    ['silence target'],
  ],
  ['no run', (f) => withHeights(f, 'target', () => ({ run: null })), ['silence target', 'agreement']],
  [
    'a vote a moment ago, says one stranger',
    (f) =>
      withHeights(f, 'harbour', ({ next }) => ({
        run: null,
        lastBreak: { height: (next ?? 1) - 1, at: f.at - 5_000, key: 0, word: 'alive' },
      })),
    ['silence foreign'],
  ],
  [
    'another block at a height',
    (f) =>
      withHeights(f, 'orchard', ({ samples }) => ({
        samples: samples.map((each, index) => (index === 3 ? { ...each, hash: 'other' } : each)),
      })),
    ['agreement'],
  ],
  [
    'too few heights in common',
    (f) => withHeights(f, 'target', ({ samples }) => ({ samples: samples.slice(0, 2) })),
    ['agreement'],
  ],
  ['nobody has watched the votes', (f) => ({ ...f, votes: null }), ['votes']],
  [
    'the votes were watched too shortly',
    (f) => ({ ...f, votes: { from: f.at - 5 * minute + 1, through: f.at, seenAt: null } }),
    ['votes'],
  ],
  [
    'nobody watches the votes now',
    (f) => ({ ...f, votes: { from: f.at - 60 * minute, through: f.at - 16_000, seenAt: null } }),
    ['votes'],
  ],
  [
    'a vote was seen a minute ago',
    (f) => ({ ...f, votes: { from: f.at - minute, through: f.at, seenAt: f.at - minute } }),
    ['votes'],
  ],
  [
    'the watchdog has seen a vote within the run',
    (f) => ({ ...f, life: [{ source: 'orchard', key: 0, unit: 5_500, at: f.at - 30 * minute, how: 'x' }] }),
    ['life'],
  ],
  ['the key is not in the set', (f) => withNow(f, 'orchard', { standings: ['not-in-set'] }), ['keys']],
  [
    'the head of the target is old',
    (f) => withNow(f, 'target', { head: { number: 1, at: f.at - 5_000 - 15_001 } }),
    ['sources target', 'keys', 'target chain', 'target peers'],
  ],
];

describe('refused, and by nothing else, when', () => {
  test.each(both)('%s (Ethereum)', (_, change, expected) => {
    expect(names(change(ethereumFacts()))).toEqual(expected);
  });
  test.each(both)('%s (Berachain)', (_, change, expected) => {
    expect(names(change(cometFacts()))).toEqual(expected);
  });
  test.each(both.filter((row) => !onlyCloud(row)))('%s (to the house)', (_, change, expected) => {
    expect(names(change(ethereumFacts('basement')))).toEqual(expected);
  });
  test.each(ofEthereum)('%s', (_, change, expected) => {
    expect(names(change(ethereumFacts()))).toEqual(expected);
  });
  test.each(ofComet)('%s', (_, change, expected) => {
    expect(names(change(cometFacts()))).toEqual(expected);
  });
});

describe('waiting', () => {
  const young = (at: number): HandoverFacts => {
    const facts = ethereumFacts('cloud', { at });
    const known = facts.sources.map((source) => ({
      ...source,
      shown:
        source.shown?.of === 'epochs'
          ? {
              of: 'epochs' as const,
              epochs: source.shown.epochs.filter(({ epoch }) => epochStart(epochs, epoch + 2) <= at),
            }
          : null,
    }));
    const fresh = { askedAt: at - 1_000, head: { number: 1, at: at - 4_000 } };
    const finalized = {
      epoch: Math.max(first - 3, Math.floor((at - epochs.genesisAt) / 384_000) - 2),
      root: 'r',
    };
    const liveness = {
      epoch: Math.floor((at - epochs.genesisAt) / 384_000) - 1,
      heard: [],
      strangers: 16,
      strangersHeard: 16,
    };
    return {
      ...facts,
      sources: known.map((source) => ({
        ...source,
        now: source.now === null ? null : { ...source.now, ...fresh, finalized, liveness },
      })),
      target: {
        ...facts.target,
        steadySince: at - 60 * minute,
        clock: { offsetMs: 1, uncertaintyMs: 1, askedAt: at },
        keys: { word: 'absent', at },
        machine: facts.target.machine === null ? null : { ...facts.target.machine, askedAt: at },
      },
      clock: { offsetMs: 1, uncertaintyMs: 1, askedAt: at },
    };
  };
  test.each([0, 10, 20, 30])('%d minutes after begin is not enough; it says when', (minutes) => {
    const guard = judgeHandover(young(begunAt + minutes * minute));
    expect(guard.isAllowed).toBe(false);
    expect(guard.notBefore).toBe(epochStart(epochs, first + 4));
    // Only time is missing: that is all that an override could skip.
    expect(guard.skippable.length).toBe(unmet(guard).length);
  });
  test('until then and no longer', () => {
    const until = epochStart(epochs, first + 4);
    expect(unmet(judgeHandover(young(until - 1))).length).toBeGreaterThan(0);
    expect(unmet(judgeHandover(young(until + 1_000)))).toEqual([]);
  });
});

describe('an override can skip', () => {
  const skippable = (facts: HandoverFacts): string[] =>
    judgeHandover(facts).skippable.map(({ id, part }) => (part === '' ? id : `${id} ${part}`));
  test.each<[string, HandoverFacts, readonly string[]]>([
    ['nothing when all is met', ethereumFacts(), []],
    [
      'evidence that comes late',
      withEpoch(ethereumFacts(), 'target', first + 2, null),
      [`silence ${first + 2}`, `participation ${first + 2}`],
    ],
    ['a node that is young', target(ethereumFacts(), { steadySince: allowedAt }), ['steady']],
    ['votes that nobody has watched', cometFacts('cloud', { votes: null }), ['votes']],
    [
      'heights that are too few',
      withHeights(cometFacts(), 'target', ({ run }) => ({
        run: run === null ? null : { ...run, from: run.through - 10 },
      })),
      ['silence target', 'agreement'],
    ],
    ['no life', withEpoch(ethereumFacts(), 'orchard', first, { keys: ['alive', 'silent'] }), []],
    [
      'no life that was seen in heights',
      withHeights(cometFacts(), 'target', ({ run }) => ({
        run: run === null ? null : { ...run, from: run.through - 10 },
        lastBreak: { height: 5_100, at: heightsBegunAt + minute, key: 0, word: 'alive' },
      })),
      [],
    ],
    ['no slashing', withNow(ethereumFacts(), 'orchard', { standings: ['slashed', 'active'] }), []],
    ['no floor that was not checked', ethereumFacts('cloud', { protection: null }), []],
    ['no fencing that nobody has done', ethereumFacts('cloud', { fencing: null }), []],
    [
      'nothing while something else is wrong as well',
      withEpoch(ethereumFacts('cloud', { fencing: null }), 'target', first + 2, null),
      [],
    ],
    [
      'no fence that runs',
      ethereumFacts('cloud', {
        fences: [fenceReport({ at: allowedAt })],
      }),
      [],
    ],
    [
      'no chain that does not finalize',
      withNow(ethereumFacts(), 'orchard', { finalized: { epoch: first, root: 'r' } }),
      [],
    ],
    ['no disagreement', withEpoch(ethereumFacts(), 'orchard', first, { root: 'other' }), []],
  ])('%s', (_, facts, expected) => {
    expect(skippable(facts)).toEqual(expected);
  });
});

/** Facts that may be null although they are no object. */
const mayBeNull = new Set(['peers', 'steadySince']);

/** Every way to make one fact null that can be, or to drop one entry of a list, anywhere in the facts. */
function withoutOne(
  value: unknown,
  path: readonly string[] = [],
): { readonly path: string; readonly facts: unknown }[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => [
      { path: [...path, `-${index}`].join('.'), facts: value.filter((_, other) => other !== index) },
      ...withoutOne(each, [...path, String(index)]).map((inner) => ({
        path: inner.path,
        facts: value.map((other, place) => (place === index ? inner.facts : other)),
      })),
    ]);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(typeof each === 'object' || mayBeNull.has(name)
      ? [{ path: [...path, name].join('.'), facts: { ...value, [name]: null } }]
      : []),
    ...withoutOne(each, [...path, name]).map((inner) => ({
      path: inner.path,
      facts: { ...value, [name]: inner.facts },
    })),
  ]);
}

const isFacts = (value: unknown): value is HandoverFacts => typeof value === 'object' && value !== null;

/** What may be missing: nothing rests on it; somebody else says the same; or there are more of them than are needed. */
const spare = [
  /^(life|fences)\.-?\d/,
  /^flag\.flag\.(evidence|former|backup|override|instance|minHeight)/,
  /^sources\.-?[01]/,
  /\.(trouble|nowTrouble|behind|machineTrouble|seenAt|lastBreak|place)$/,
  /^(target\.machineTrouble|target\.machine\.place|protection\.(problem|height))/,
  /\.samples\.-\d+$/,
  /\.(liveness\.heard|disksThatGo)/,
];

test.each([
  ['Ethereum', ethereumFacts(), /^votes$/],
  ['Berachain', cometFacts(), /^epochs$|\.(finalized|liveness)$/],
])('%s: a fact that is missing lets nothing through', (_, facts, own) => {
  const all = withoutOne(facts).filter(({ path }) => ![...spare, own].some((each) => each.test(path)));
  expect(all.length).toBeGreaterThan(20);
  const through = all.filter(({ facts: changed }) => {
    try {
      return isFacts(changed) && judgeHandover(changed).isAllowed;
    } catch {
      // No type lets it be so; and that it throws lets nothing through either.
      return false;
    }
  });
  expect(through.map(({ path }) => path)).toEqual([]);
});

describe('properties', () => {
  const bases = fc.constantFrom(
    ethereumFacts(),
    ethereumFacts('basement'),
    cometFacts(),
    cometFacts('basement'),
  );
  const changes = fc.constantFrom(...both.map(([, change]) => change));
  const some = fc
    .tuple(bases, fc.array(changes, { maxLength: 3 }))
    .map(([base, list]) => list.reduce((facts, change) => change(facts), base));
  const lifeOf = (facts: HandoverFacts) =>
    fc.oneof(
      fc.record({ key: fc.nat(1), later: fc.nat(5) }).map(({ key, later }): HandoverFacts =>
        facts.epochs === null
          ? {
              ...facts,
              life: [
                ...(facts.life ?? []),
                { source: 's', key, unit: 5_600 + later, at: facts.at - later * minute, how: 'x' },
              ],
            }
          : {
              ...facts,
              life: [
                ...(facts.life ?? []),
                { source: 's', key, unit: first + later, at: epochStart(epochs, first + later), how: 'x' },
              ],
            },
      ),
      fc.constant<HandoverFacts>({
        ...facts,
        fences: [
          ...(facts.fences ?? []),
          fenceReport({ signer: facts.signer.id, generation: 9, at: facts.at - 1_000 }),
        ],
      }),
      fc.constantFrom('orchard', 'harbour', 'target').map((name) =>
        facts.epochs === null
          ? withHeights(facts, name, ({ next }) => ({
              run: null,
              lastBreak: { height: (next ?? 1) - 1, at: facts.at - 1_000, key: 0, word: 'alive' as const },
            }))
          : withEpoch(facts, name, first + 1, { keys: ['silent', 'alive'] }),
      ),
    );

  test('no evidence of life turns a refusal into a permission, and any turns a permission into a refusal', () => {
    fc.assert(
      fc.property(
        some.chain((facts) => fc.tuple(fc.constant(facts), lifeOf(facts))),
        ([facts, alive]) => {
          expect(judgeHandover(alive).isAllowed).toBe(false);
          expect(judgeHandover(alive).skippable).toEqual([]);
          return judgeHandover(facts).isAllowed || !judgeHandover(alive).isAllowed;
        },
      ),
      { numRuns: 300 },
    );
  });

  test('nothing from before begin counts as silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (minutes) => {
        // Begun later, with the same evidence: what was silent before does not count.
        const facts = flagWith(ethereumFacts(), { since: begunAt + minutes * minute + 384_000 });
        const heights = flagWith(cometFacts(), { since: heightsBegunAt + 2_000 + minutes * minute });
        expect(judgeHandover(facts).isAllowed).toBe(false);
        expect(judgeHandover(heights).isAllowed).toBe(false);
      }),
    );
  });

  test('the order of sources and of keys in the flag changes nothing', () => {
    fc.assert(
      fc.property(some, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (facts, order) => {
        const shuffled = {
          ...facts,
          sources: order.flatMap((index) => facts.sources[index] ?? []),
        };
        const reversed =
          facts.flag.isReadable && facts.flag.flag !== null
            ? flagWith(shuffled, { publicKeys: facts.flag.flag.publicKeys.toReversed() })
            : shuffled;
        const states = (each: HandoverFacts): string[] =>
          judgeHandover(each).conditions.map(({ id, part, state }) => `${id} ${part} ${state}`);
        expect(states(reversed)).toEqual(states(facts));
      }),
    );
  });

  test('two addresses of one operator are one', () => {
    const one = withSource(ethereumFacts(), 'harbour', () => ({ operator: 'orchard' }));
    expect(names(one)).toEqual(['target chain']);
  });

  test('all keys count: one of five that lives refuses', () => {
    const five = ['1', '2', '3', '4', '5'];
    const facts = flagWith(
      {
        ...ethereumFacts(),
        signer: { id: 'alpha', site: 'home', chain: 'ethereum', keys: five },
      },
      { publicKeys: five },
    );
    const silent = ['orchard', 'harbour', 'target'].reduce(
      (each, name) =>
        [0, 1, 2].reduce(
          (inner, epoch) =>
            withEpoch(inner, name, first + epoch, { keys: five.map(() => 'silent' as const) }),
          withNow(each, name, { standings: five.map(() => 'active' as const) }),
        ),
      facts,
    );
    expect(judgeHandover(silent).isAllowed).toBe(true);
    const alive = withEpoch(silent, 'harbour', first + 2, {
      keys: five.map((_, index) => (index === 4 ? ('alive' as const) : ('silent' as const))),
    });
    expect(judgeHandover(alive)).toMatchObject({ isAllowed: false, skippable: [] });
    expect(unmet(judgeHandover(alive)).map(({ why }) => why)).toEqual([
      expect.stringMatching(/^5 did, says harbour/),
    ]);
  });
});

test('the facts of another time are old: whatever ages is asked for anew', () => {
  for (const facts of [ethereumFacts(), cometFacts()]) {
    expect(judgeHandover({ ...facts, at: facts.at + 5 * minute }).isAllowed).toBe(false);
  }
});
