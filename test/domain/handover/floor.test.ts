// Floors, and what a client holds against them: key by key, and never a key that is let through below.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cometFloor,
  compareLastSign,
  compareMarks,
  ethereumFloor,
  isProtected,
  judgeProtection,
  type LastSign,
  type Marks,
} from '../../../functions/domain/handover/floor.ts';
import { readProtection, writeInterchange, writeLastSign } from '../../../cli/protection.ts';

const epochs = { genesisAt: 1_000_000, slotMs: 12_000, slotsPerEpoch: 32 };
const epochMs = 32 * 12_000;
const key = (digit: string): string => `0x${digit.repeat(96)}`;
const marks = (source: number, target: number, slot: number): Marks => ({
  source: BigInt(source),
  target: BigInt(target),
  slot: BigInt(slot),
});
const root = `0x${'ab'.repeat(32)}`;

describe('a floor', () => {
  test.each([
    [0, 10],
    [epochMs - 1, 10],
    [epochMs, 11],
  ])('of Ethereum goes by the clock alone: %d ms into epoch 10 it is that of epoch %d', (ms, epoch) => {
    const expected = marks(epoch, epoch + 1, (epoch + 2) * 32 - 1);
    expect(ethereumFloor(epochs, epochs.genesisAt + 10 * epochMs + ms)).toEqual(expected);
  });

  test('of CometBFT is fifty heights above the tip, after the precommit', () => {
    expect(cometFloor(1_000)).toEqual({ height: 1_050n, round: 0n, step: 3n });
  });

  test('lies above everything that can have been signed until then', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        const at = epochs.genesisAt + ms;
        const slot = Math.floor(ms / epochs.slotMs);
        const epoch = Math.floor(slot / 32);
        const floor = ethereumFloor(epochs, at);
        // An attestation of now has this target, and a source before it; a block has this slot.
        expect(floor.target).toBeGreaterThan(BigInt(epoch));
        expect(floor.source).toBeGreaterThanOrEqual(BigInt(Math.max(0, epoch - 1)));
        expect(floor.slot).toBeGreaterThan(BigInt(slot));
      }),
    );
  });
});

describe('what a client holds', () => {
  const floors = new Map([[key('1'), marks(10, 11, 383)]]);
  test.each<[string, Map<string, Marks>, string[], boolean]>([
    ['at the floor', new Map([[key('1'), marks(10, 11, 383)]]), ['ok'], true],
    ['above it', new Map([[key('1'), marks(12, 13, 500)]]), ['ok'], true],
    ['below it in its source', new Map([[key('1'), marks(9, 11, 383)]]), ['below'], false],
    ['below it in its target', new Map([[key('1'), marks(10, 10, 383)]]), ['below'], false],
    ['below it in its slot', new Map([[key('1'), marks(10, 11, 382)]]), ['below'], false],
    ['nothing of it', new Map(), ['missing'], false],
    [
      'one key more',
      new Map([
        [key('1'), marks(10, 11, 383)],
        [key('2'), marks(1, 1, 1)],
      ]),
      ['ok', 'extra'],
      true,
    ],
  ])('%s', (_, held, results, isGood) => {
    const rows = compareMarks(held, floors);
    expect(rows.map(({ result }) => result)).toEqual(results);
    expect(isProtected(rows)).toBe(isGood);
    expect(judgeProtection({ of: 'marks', keys: held }, { of: 'marks', keys: floors }).problem === null).toBe(
      isGood,
    );
  });

  const last = (height: number, round = 0, step = 3): LastSign => ({
    height: BigInt(height),
    round: BigInt(round),
    step: BigInt(step),
  });
  test.each<[number, number, number, string]>([
    [100, 0, 3, 'ok'],
    [101, 0, 1, 'ok'],
    [100, 1, 1, 'ok'],
    [99, 9, 3, 'below'],
    [100, 0, 2, 'below'],
    [0, 0, 0, 'below'],
  ])('of CometBFT: height %d, round %d, step %d is %s', (height, round, step, result) => {
    const held = last(height, round, step);
    expect(compareLastSign(held, last(100)).result).toBe(result);
    const fact = judgeProtection(
      { of: 'last-sign', lastSign: held },
      { of: 'last-sign', lastSign: last(100) },
    );
    expect(fact.height).toBe(result === 'ok' ? height : null);
    expect(fact.problem ?? 'ok').toMatch(result === 'ok' ? /^ok$/ : /the floor is height 100/);
  });

  test('of no keys at all protects nothing, nor does that of another kind', () => {
    expect(isProtected([])).toBe(false);
    const none = { of: 'marks' as const, keys: new Map<string, Marks>() };
    expect(judgeProtection(none, none).problem).not.toBeNull();
    expect(judgeProtection(none, { of: 'last-sign', lastSign: last(1) }).problem).not.toBeNull();
  });

  test('so high that it would never sign again is refused', () => {
    const held = new Map([[key('1'), { source: 1n << 63n, target: 1n << 63n, slot: 1n << 63n }]]);
    expect(judgeProtection({ of: 'marks', keys: held }, { of: 'marks', keys: floors }).problem).toContain(
      'never',
    );
    const high = { height: 1n << 62n, round: 0n, step: 3n };
    expect(
      judgeProtection({ of: 'last-sign', lastSign: high }, { of: 'last-sign', lastSign: last(1) }).problem,
    ).toContain('never');
  });
});

describe('a file', () => {
  test('that is written is read back, and holds what the standard wants', () => {
    const big = fc.bigInt({ min: 0n, max: (1n << 60n) - 1n });
    fc.assert(
      fc.property(fc.record({ source: big, target: big, slot: big }), (floor) => {
        const keys = new Map([
          [key('1'), floor],
          [key('2'), floor],
        ]);
        const text = writeInterchange(root, keys);
        expect(readProtection(text, 'marks')).toEqual({
          ok: true,
          genesisRoot: root,
          protection: { of: 'marks', keys },
        });
      }),
    );
    expect(JSON.parse(writeInterchange(root, new Map([[key('1'), marks(1, 2, 95)]])))).toEqual({
      metadata: { interchange_format_version: '5', genesis_validators_root: root },
      data: [
        {
          pubkey: key('1'),
          signed_blocks: [{ slot: '95' }],
          signed_attestations: [{ source_epoch: '1', target_epoch: '2' }],
        },
      ],
    });
    expect(JSON.parse(writeLastSign(cometFloor(7)))).toEqual({ height: '57', round: 0, step: 3 });
    expect(readProtection(writeLastSign(cometFloor(7)), 'last-sign')).toMatchObject({
      ok: true,
      protection: { lastSign: cometFloor(7) },
    });
  });

  const exported = (over: object): string =>
    JSON.stringify({
      metadata: { interchange_format_version: '5', genesis_validators_root: root },
      data: [],
      ...over,
    });

  test('with all of a history protects by its greatest marks, of entries of one key together', () => {
    const text = exported({
      data: [
        {
          pubkey: key('A'),
          signed_blocks: [{ slot: '5' }, { slot: '9', signing_root: '0x00' }],
          signed_attestations: [{ source_epoch: '1', target_epoch: '4' }],
        },
        {
          pubkey: key('a'),
          signed_blocks: [],
          signed_attestations: [{ source_epoch: '3', target_epoch: '3' }],
        },
      ],
    });
    expect(readProtection(text, 'marks')).toMatchObject({
      ok: true,
      protection: { keys: new Map([[key('a'), marks(3, 4, 9)]]) },
    });
  });

  test('that leaves something out protects against nothing there', () => {
    const text = exported({ data: [{ pubkey: key('1'), signed_blocks: [], signed_attestations: null }] });
    const read = readProtection(text, 'marks');
    expect(read).toMatchObject({ ok: true, protection: { keys: new Map([[key('1'), marks(-1, -1, -1)]]) } });
  });

  test('of an old client may name keys that are none', () => {
    const text = exported({
      metadata: { interchange_format_version: '4', genesis_validators_root: root },
      data: [{ pubkey: '0x47454e455349535f54494d45', signed_blocks: [], signed_attestations: [] }],
    });
    expect(readProtection(text, 'marks')).toMatchObject({ ok: true, protection: { keys: new Map() } });
  });

  test.each<[string, string, 'marks' | 'last-sign', RegExp]>([
    ['that is no JSON', '{', 'marks', /no JSON/],
    ['that is null', 'null', 'marks', /no interchange/],
    ['of a later version', exported({ metadata: { interchange_format_version: '6' } }), 'marks', /version/],
    [
      'with a number that is too large',
      exported({
        data: [
          { pubkey: key('1'), signed_blocks: [{ slot: '99999999999999999999' }], signed_attestations: [] },
        ],
      }),
      'marks',
      /slot/,
    ],
    [
      'with a number below zero',
      exported({ data: [{ pubkey: key('1'), signed_blocks: [{ slot: '-1' }], signed_attestations: [] }] }),
      'marks',
      /slot/,
    ],
    ['with a step that there is not', '{"height":"5","round":0,"step":4}', 'last-sign', /step/],
    ['without a height', '{"round":0,"step":3}', 'last-sign', /height/],
    ['that is a keystore', '{"crypto":{"kdf":"hunter2"},"version":4}', 'marks', /KEY FILE/],
    [
      'that is the key of a validator',
      '{"address":"A","priv_key":{"value":"hunter2"}}',
      'last-sign',
      /KEY FILE/,
    ],
    ['that is a list of keystores', '[{"crypto":{"a":"hunter2"}}]', 'marks', /KEY FILE/],
  ])('%s is refused, and nothing of it is repeated', (_, text, of, why) => {
    const read = readProtection(text, of);
    expect(read).toEqual({ ok: false, why: expect.stringMatching(why) });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});
