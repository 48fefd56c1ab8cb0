// The parts of a fleet: each site belongs to exactly one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInShard, parseShard, type Shard, wholeFleet } from '../../functions/domain/shard.ts';

const table: [string, Shard | null][] = [
  ['0/1', { index: 0, count: 1 }],
  ['0/2', { index: 0, count: 2 }],
  ['1/2', { index: 1, count: 2 }],
  ['99/100', { index: 99, count: 100 }],
  ['9/10', { index: 9, count: 10 }],
  ['2/2', null],
  ['1/1', null],
  ['0/0', null],
  ['0/101', null],
  ['-1/2', null],
  ['1', null],
  ['', null],
  ['1/2/3', null],
  [' 0/2', null],
  ['0/2 ', null],
  ['a/b', null],
  ['0.5/2', null],
  ['100/100', null],
];

const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);

describe('shards', () => {
  test.each(table)('%j', (text, expected) => {
    expect(parseShard(text)).toEqual(expected);
  });

  test('every site is in exactly one of the shards', () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 1, max: 100 }), (site, count) => {
        const indexes = Array.from({ length: count }, (_, index) => index);
        expect(indexes.filter((index) => isInShard(site, { index, count }))).toHaveLength(1);
      }),
    );
  });

  test('the whole fleet has every site', () => {
    fc.assert(
      fc.property(id, (site) => {
        expect(isInShard(site, wholeFleet)).toBe(true);
      }),
    );
  });

  // Published values of FNV-1a with 32 bits.
  test.each([
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['foobar', 0xbf9cf968],
  ])('%s stays in its shard: moving a site would make two jobs write the same document', (site, hash) => {
    expect(isInShard(site, { index: hash % 9_973, count: 9_973 })).toBe(true);
  });

  test('a hundred sites are spread over four shards', () => {
    const sites = Array.from({ length: 100 }, (_, number) => `site-${number}`);
    for (const index of [0, 1, 2, 3]) {
      const share = sites.filter((site) => isInShard(site, { index, count: 4 })).length;
      expect(share, `shard ${index}`).toBeGreaterThan(10);
      expect(share, `shard ${index}`).toBeLessThan(45);
    }
  });
});
