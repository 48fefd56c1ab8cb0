// What every decoder promises: it takes what real clients say, never throws, and what it gives is within range whatever it was given.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import * as beacon from '../../functions/wire/beacon.ts';
import * as comet from '../../functions/wire/comet.ts';
import { readJson, readValue } from '../../functions/wire/read.ts';
import { decoders } from './answers.ts';

type Path = readonly PropertyKey[];

/** All places in a value, its own first. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** The same value with another one in a place, or with nothing there. */
function changed(value: unknown, path: Path, put: { readonly value?: unknown }): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return put.value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([each, inner]): [string, unknown][] => {
    if (each !== key) return [[each, inner]];
    return rest.length === 0 && !('value' in put) ? [] : [[each, changed(inner, rest, put)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const bytesOf: Readonly<Record<string, number>> = {
  genesis_validators_root: 32,
  genesis_fork_version: 4,
  current_version: 4,
  root: 32,
  parent_root: 32,
  pubkey: 48,
  hash: 32,
  validators_hash: 32,
  latest_block_hash: 32,
  id: 20,
  address: 20,
  validator_address: 20,
};
const mayBeNegative = new Set(['head', 'target', 'source', 'time', 'latest_block_time', 'code', 'refused']);

/** The places in what a decoder gave whose numbers or bytes the code behind it could not trust. */
function outOfRange(value: unknown, key = ''): string[] {
  if (typeof value === 'number') {
    const isExact = key === 'voting_power' ? Number.isInteger(value) : Number.isSafeInteger(value);
    return isExact && (value >= 0 || mayBeNegative.has(key)) ? [] : [`${key} is ${value}`];
  }
  if (typeof value === 'string') {
    const length = bytesOf[key];
    const isRight = length === undefined || new RegExp(`^(0x)?([0-9a-f]{${length * 2}})?$`).test(value);
    return isRight ? [] : [`${key} is ${value}`];
  }
  if (Array.isArray(value)) return value.flatMap((each) => outOfRange(each, key));
  if (typeof value !== 'object' || value === null) return [];
  // The id of an answer of JSON-RPC, and what is left unread of a committee, may be anything.
  const unread = 'result' in value ? ['id'] : 'slot' in value ? ['validators'] : [];
  return Object.entries(value).flatMap(([name, inner]) =>
    unread.includes(name) ? [] : outOfRange(inner, name),
  );
}

const words = /^(the answer|[A-Za-z0-9_.]{1,80}) is (not as the API defines it|not JSON|empty)$/;

/** What is wrong with what a decoder makes of a value; nothing should be. */
function troubleWith(schema: z.ZodType, value: unknown): string[] {
  const read = readValue(schema, value);
  if (read.ok) return outOfRange(read.value);
  return words.test(read.detail) ? [] : [read.detail];
}

const unusual = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '',
    ' 1',
    '1e3',
    '-1',
    '-0',
    '0x',
    '18446744073709551615',
    '9007199254740993',
    -1,
    1.5,
    2 ** 53,
  ),
  fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T00:00:00Z', null, true, [], {}),
  fc.integer().map((value) => `0x${value.toString(16)}`),
);

describe.for(decoders)('the decoder %s', ([, schema, answer]) => {
  test('takes what real clients say', () => {
    const read = readJson(schema, JSON.stringify(answer));
    expect(read).toMatchObject({ ok: true });
    expect(troubleWith(schema, answer)).toEqual([]);
  });

  test('refuses any JSON, or gives what is within range', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(troubleWith(schema, value)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('refuses any answer with something else in a place, or gives what is within range', () => {
    const all = places(answer);
    fc.assert(
      fc.property(fc.constantFrom(...all), unusual, fc.boolean(), (path, value, isGone) => {
        expect(troubleWith(schema, changed(answer, path, isGone ? {} : { value }))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('refuses an answer that breaks off, wherever', () => {
    const text = JSON.stringify(answer);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        const read = readJson(schema, text.slice(0, length));
        expect(read).toEqual({
          ok: false,
          detail: expect.stringMatching(/^the answer is (not JSON|empty)$/),
        });
      }),
    );
  });
});

test('the words for a wrong answer name the field and never what stood there', () => {
  const told = (schema: z.ZodType, value: unknown): unknown => readValue(schema, value);
  const no = (place: string): object => ({ ok: false, detail: `${place} is not as the API defines it` });
  expect(told(beacon.genesis, { data: { genesis_time: 'hunter2' } })).toEqual(no('data.genesis_time'));
  expect(told(comet.netInfo, { result: { n_peers: 'hunter2' } })).toEqual(no('result.n_peers'));
  expect(told(comet.netInfo, 'hunter2')).toEqual(no('the answer'));
  expect(told(beacon.validators, { data: [{ index: 'hunter2' }] })).toEqual(no('data.0.index'));
});

test('no text makes a reader throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const read = readJson(beacon.genesis, text);
      expect(read).toMatchObject({ ok: false, detail: expect.stringMatching(words) });
    }),
  );
  for (const text of ['['.repeat(60_000), '{"data":'.repeat(8_000), '\uFEFF{}', '{"__proto__":{"data":1}}']) {
    expect(readJson(beacon.genesis, text)).toMatchObject({ ok: false });
  }
});

test('lists that could fill the memory are refused', () => {
  const many = (count: number, each: unknown): unknown[] => Array.from({ length: count }, () => each);
  const live = { index: '1', is_live: true };
  expect(readValue(beacon.liveness, { data: many(1_000, live) }).ok).toBe(true);
  expect(readValue(beacon.liveness, { data: many(1_001, live) }).ok).toBe(false);
  const committee = { index: '0', slot: '1', validators: many(2_049, '1') };
  expect(readValue(beacon.committee, committee).ok).toBe(false);
});
