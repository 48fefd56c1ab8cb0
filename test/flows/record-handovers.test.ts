// `watch` writes down what sources show while nobody holds the keys: after its commit, whatever dies, and nothing in peace.
import { describe, expect, test } from 'vitest';
import type { BoundSource, Recorded } from '../../functions/chains/chain.ts';
import type { HandoverRecord } from '../../functions/domain/handover/record.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { recordHandovers } from '../../functions/flows/record-handovers.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { takeTurns } from '../../functions/kit/take-turns.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import { mortal, type Mortal } from '../support/crash.ts';
import { siteRules, start } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';

const immortal = mortal(Number.POSITIVE_INFINITY, 'before');
const keys = ['7', '8'];
const rules = siteRules({ signers: [{ id: 'alpha', chain: 'ethereum', keys }] });
const none = (over: object = {}): FlagRead => ({
  isReadable: true,
  flag: flagOf({ holder: { kind: 'none' }, generation: 2, since: start, publicKeys: keys, ...over }),
});
const epoch = (number: number): Recorded => ({
  ok: true,
  trouble: null,
  reading: {
    of: 'epochs',
    epochs: [
      {
        epoch: number,
        askedAt: start,
        root: `root ${number}`,
        finalizedEpoch: number,
        participation: 0.99,
        keys: ['silent', 'silent'],
        excerpt: '{}',
      },
    ],
  },
});

type Asked = Parameters<BoundSource['record']>[0];
function sourceOf(id: string, answer: () => Recorded, asked: Asked[] = []): BoundSource {
  const never = () => Promise.reject(new Error('not asked for'));
  return {
    id,
    chain: 'ethereum',
    operator: `operator of ${id}`,
    isOwn: false,
    collect: never,
    lookAhead: never,
    stand: never,
    votes: null,
    publicKeys: null,
    record: async (given) => {
      asked.push(given);
      return answer();
    },
  };
}

type Run = {
  readonly flag?: FlagRead;
  readonly sources: readonly BoundSource[];
  readonly shelf: Shelf;
  readonly life?: Mortal;
};
const record = ({ flag = none(), sources, shelf, life = immortal }: Run) =>
  recordHandovers({
    rules,
    sources: sources.map((source) => life.door(source)),
    flags: { alpha: flag },
    store: life.door(openMemoryStore(shelf)),
    needs: {
      clock: { ...systemClock, now: () => start },
      inTurn: takeTurns(10),
      signal: new AbortController().signal,
    },
  });
const readOf = (shelf: Shelf): Promise<HandoverRecord | null> => openMemoryStore(shelf).readHandover('alpha');

describe('a record', () => {
  test.each<[string, FlagRead]>([
    ['somebody holds the keys', { isReadable: true, flag: flagOf() }],
    ['nothing was ever handed over', noFlag],
    ['the flag cannot be read', unreadable],
  ])('is not made while %s, and nobody is asked', async (_, flag) => {
    const asked: Asked[] = [];
    const shelf: Shelf = new Map();
    expect(await record({ flag, sources: [sourceOf('rpc', () => epoch(5), asked)], shelf })).toEqual([]);
    expect(asked).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  test('goes on from look to look, each source by itself', async () => {
    const shelf: Shelf = new Map();
    const asked: Asked[] = [];
    let next = 5;
    const sources = [
      sourceOf('rpc', () => epoch((next += 1)), asked),
      sourceOf('other', () => ({ ok: false, reason: 'stale', detail: 'its head is old' })),
    ];
    await record({ sources, shelf });
    await record({ sources, shelf });
    expect(asked.map(({ before }) => (before?.of === 'epochs' ? before.epochs.length : 0))).toEqual([0, 1]);
    expect(asked[0]).toMatchObject({ keys, begunAt: start });
    expect(await readOf(shelf)).toMatchObject({
      signer: 'alpha',
      generation: 2,
      begunAt: start,
      keys,
      sources: [
        { source: 'rpc', trouble: null, shown: { epochs: [{ epoch: 6 }, { epoch: 7 }] } },
        { source: 'other', trouble: 'its head is old', shown: null },
      ],
    });
  });

  test('is begun anew with each begin, and an older one never undoes a newer', async () => {
    const shelf: Shelf = new Map();
    await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf });
    await record({
      flag: none({ generation: 3, since: start + 1 }),
      sources: [sourceOf('rpc', () => epoch(9))],
      shelf,
    });
    const anew = await readOf(shelf);
    expect(anew).toMatchObject({ generation: 3, sources: [{ shown: { epochs: [{ epoch: 9 }] } }] });
    await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf });
    expect(await readOf(shelf)).toEqual(anew);
  });

  test('of other keys is begun anew', async () => {
    const shelf: Shelf = new Map();
    await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf });
    const before = await readOf(shelf);
    if (before === null) throw new Error('no record');
    await openMemoryStore(shelf).changeHandover('alpha', () => ({ ...before, keys: ['9'] }));
    await record({ sources: [sourceOf('rpc', () => epoch(9))], shelf });
    expect(await readOf(shelf)).toMatchObject({ keys, sources: [{ shown: { epochs: [{ epoch: 9 }] } }] });
  });

  test('that cannot be read is a problem with its name, and stays as it is', async () => {
    const shelf: Shelf = new Map([['handovers/alpha', { fields: { schema: 9 }, version: 1 }]]);
    const problems = await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf });
    expect(problems).toEqual([expect.stringMatching(/^the record of alpha: .*handovers\/alpha/)]);
    expect(shelf.get('handovers/alpha')?.version).toBe(1);
  });

  test('is the same after a death at any call, and another run', async () => {
    const whole: Shelf = new Map();
    await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf: whole });
    const expected = await readOf(whole);
    for (let call = 1; call <= 4; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const shelf: Shelf = new Map();
        const life = mortal(call, moment);
        // oxlint-disable no-await-in-loop -- one death after another
        await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf, life });
        await record({ sources: [sourceOf('rpc', () => epoch(6))], shelf });
        expect(await readOf(shelf), `${moment} call ${call}`).toEqual(expected);
        // oxlint-enable no-await-in-loop
      }
    }
  });
});
