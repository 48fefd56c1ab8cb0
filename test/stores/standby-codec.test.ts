// What is wanted, what is seen, what concerns all standbys and who may sign are read as they were written, and nothing else is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holderText } from '../../functions/domain/standby/key-flag.ts';
import type { Codec } from '../../functions/stores/codec.ts';
import {
  drillRunCodec,
  drillWishCodec,
  fleetCodec,
  readKeyFlag,
  seenCodec,
  wantedCodec,
} from '../../functions/stores/standby-schemas.ts';
import { readStandby, seenFields, wantedFields } from '../../functions/stores/standbys.ts';
import { anyWanted } from './arbitraries.ts';
import {
  anyDrillRun,
  anyDrillWish,
  anyFleet,
  anyHolder,
  anyKeyFlag,
  anySeen,
} from './standby-arbitraries.ts';
import { fleet, orphan, seen, wanted } from '../support/standbys.ts';

const throughJson = (fields: unknown): unknown => JSON.parse(JSON.stringify(fields));

describe('any document', () => {
  const roundTrips = <Value>(
    name: string,
    { read, write }: Codec<Value>,
    any: fc.Arbitrary<Value>,
    version = 1,
  ) => {
    test(`of ${name} is read as it was written, by way of JSON, with its version`, () => {
      fc.assert(
        fc.property(any, (value) => {
          const fields = write(name, value);
          expect(fields['schema']).toBe(version);
          expect(read(name, throughJson(fields))).toEqual(value);
        }),
      );
    });
  };
  roundTrips('wanted', wantedCodec, anyWanted);
  roundTrips('seen', seenCodec, anySeen, 2);
  roundTrips('fleet', fleetCodec, anyFleet, 3);
  roundTrips('the wish for a drill', drillWishCodec, anyDrillWish);
  roundTrips('a drill under way', drillRunCodec, anyDrillRun);

  test('of a standby holds both halves, and either may be missing', () => {
    fc.assert(
      fc.property(anyWanted, anySeen, (someWanted, someSeen) => {
        const { signer } = someWanted;
        const [left, right] = [wantedFields(someWanted), seenFields(signer, someSeen)];
        const read = (fields: unknown) => readStandby(`standbys/${signer}`, throughJson(fields));
        expect(read({ ...left, ...right })).toEqual({ signer, wanted: someWanted, seen: someSeen });
        expect(read(left)).toEqual({ signer, wanted: someWanted, seen: null });
        expect(read(right)).toEqual({ signer, wanted: null, seen: someSeen });
      }),
    );
  });
});

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/documents/${name}.json`), 'utf8'));
}

test('what the version before has seen of a standby is read as that of an empty disk', () => {
  const read = seenCodec.read('standbys/eth seen', fixture('standby-seen-1'));
  expect(read).toEqual(seen());
  expect(seenCodec.write('standbys/eth seen', read)).toMatchObject({ schema: 2 });
});

test('what concerned all standbys of the version before knows of no doubt about the node of a drill', () => {
  const read = fleetCodec.read('standbys/_fleet', fixture('standby-fleet-2'));
  expect(read).toEqual(fleet({ orphans: [orphan()] }));
  expect(fleetCodec.write('standbys/_fleet', read)).toMatchObject({ schema: 3 });
});

test('a flag of the version before names the same holder, and knows of no handover', () => {
  const read = readKeyFlag('keys/eth', fixture('key-flag-1'));
  expect(read).toMatchObject({
    holder: { kind: 'basement', site: 'home' },
    generation: 4,
    minHeight: 12,
    publicKeys: ['0xab'],
    former: null,
    backup: null,
    override: null,
  });
});

describe('a standby that is not as it should be', () => {
  const good = { ...wantedFields(wanted()), ...seenFields('eth', seen()) };
  const half = { schema: 1, ...wanted() };
  const cases: [string, object, string, string][] = [
    [
      'a wanted half without a field',
      { wanted: { ...half, expiresAt: undefined } },
      'ERR_DOCUMENT',
      'wanted',
    ],
    [
      'a seen half of a phase that is none',
      { seen: { schema: 2, ...seen(), phase: 'gone?' } },
      'ERR_DOCUMENT',
      'phase',
    ],
    ['a half that is no map', { seen: 'hunter2' }, 'ERR_DOCUMENT', 'seen'],
    ['a half of a newer version', { wanted: { schema: 2 } }, 'ERR_DOCUMENT_NEWER', 'schema 2'],
    ['a newer version', { schema: 2 }, 'ERR_DOCUMENT_NEWER', 'schema 2'],
    ['a field more', { more: 'hunter2' }, 'ERR_DOCUMENT', 'more'],
    ['the name of another signer', { signer: 'hunter2' }, 'ERR_DOCUMENT', 'another signer'],
    [
      'what is wanted for another signer',
      { wanted: { ...half, signer: 'hunter2' } },
      'ERR_DOCUMENT',
      'another signer',
    ],
  ];
  test.each(cases)(
    'with %s is refused by its name, and shows nothing of its content',
    (_, part, code, why) => {
      expect(() => readStandby('standbys/eth', good)).not.toThrow();
      expect(() => readStandby('standbys/eth', { ...good, ...part })).toThrow(
        expect.objectContaining({
          code,
          message: expect.stringMatching(new RegExp(`^standbys/eth.*${why}`)),
        }),
      );
      expect(() => readStandby('standbys/eth', { ...good, ...part })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
      );
    },
  );
});

describe('a flag', () => {
  const fields = (over: object = {}) => ({
    schema: 1,
    holder: 'basement/home',
    instance: null,
    generation: 3,
    minHeight: null,
    publicKeys: [],
    since: 1,
    by: 'Maria',
    reason: 'the first',
    evidence: [],
    ...over,
  });

  test('is read as a person wrote it', () => {
    fc.assert(
      fc.property(anyKeyFlag, (flag) => {
        const former =
          flag.former === null ? null : { ...flag.former, holder: holderText(flag.former.holder) };
        const written = { ...flag, schema: 2, holder: holderText(flag.holder), former };
        expect(readKeyFlag('keys/eth', throughJson(written))).toEqual(flag);
      }),
    );
  });

  test('names a holder that is printed as it was written', () => {
    expect(readKeyFlag('keys/eth', fields({ holder: 'none' })).holder).toEqual({ kind: 'none' });
    expect(readKeyFlag('keys/eth', fields()).holder).toEqual({ kind: 'basement', site: 'home' });
    const node = 'node/my-project/europe-west3-a/bw-eth-1-0a1b2c3d';
    expect(readKeyFlag('keys/eth', fields({ holder: node })).holder).toEqual({
      kind: 'node',
      project: 'my-project',
      zone: 'europe-west3-a',
      name: 'bw-eth-1-0a1b2c3d',
    });
    fc.assert(
      fc.property(anyHolder, (holder) => {
        const text = holderText(holder);
        expect(holderText(readKeyFlag('keys/eth', fields({ holder: text })).holder)).toBe(text);
      }),
    );
  });

  test.each([
    '',
    ' none',
    'none/',
    'None',
    'nobody',
    'basement',
    'basement/',
    'basement/Home',
    'basement/home/cellar',
    'basement/home\n',
    'basement/home ',
    'basement/1home',
    `basement/a${'b'.repeat(20)}`,
    'basement/../none',
    'node/p/z',
    'node/p/z/n/more',
    'node//z/n',
    'node/p//n',
    'node/p/z/',
    'node/P/z/n',
    'node/p/Z/n',
    'node/p/z/n.m',
    `node/p/z/${'n'.repeat(64)}`,
    'none basement/home',
    7,
    null,
    { kind: 'none' },
  ])('of holder %j is refused, and its holder is not repeated', (holder) => {
    expect(() => readKeyFlag('keys/eth', fields({ holder }))).toThrow(
      expect.objectContaining({
        code: 'ERR_DOCUMENT',
        message: expect.stringMatching(/^keys\/eth does not parse at holder: [a-z ]+$/),
      }),
    );
  });

  test.each([
    { generation: -1 },
    { generation: 1.5 },
    { minHeight: -1 },
    { publicKeys: 'all' },
    { since: 'yesterday' },
    { by: null },
    { more: 1 },
    { schema: 0 },
  ])('with %j is refused', (over) => {
    expect(() => readKeyFlag('keys/eth', fields(over))).toThrow(
      expect.objectContaining({ code: 'ERR_DOCUMENT' }),
    );
  });
});
