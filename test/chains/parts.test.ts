// The small parts of the chains: bits, a list read as a stream, and what is kept between ticks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCache } from '../../functions/chains/cache.ts';
import { bitlist, vectorBits } from '../../functions/chains/ethereum/bits.ts';
import { objectStream } from '../../functions/chains/objects.ts';

const bytesOf = (bits: readonly boolean[]): string => {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries())
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) + 2 ** (index % 8);
  return `0x${bytes.toString('hex')}`;
};

describe('bits', () => {
  test('of a list are those before its last bit that is set', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 600 }), (bits) => {
        const list = bitlist(bytesOf([...bits, true]));
        expect(list?.length).toBe(bits.length);
        expect(bits.map((_, index) => list?.has(index))).toEqual(bits);
        expect(list?.has(bits.length)).toBe(false);
        expect(list?.has(-1)).toBe(false);
      }),
    );
  });

  test.each(['0x', '0x00', '0xff00'])('of %s have no end', (hex) => {
    expect(bitlist(hex)).toBeNull();
  });

  test('of a vector are the places of those that are set', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }), (bits) => {
        expect(vectorBits(bytesOf(bits))).toEqual(bits.flatMap((bit, index) => (bit ? [index] : [])));
      }),
    );
  });
});

describe('a stream of objects', () => {
  const read = (
    text: string,
    cuts: readonly number[],
    longest = 1_000,
  ): { taken: unknown[]; isBroken: boolean } => {
    const taken: unknown[] = [];
    const stream = objectStream(longest, (value) => taken.push(value) > 0);
    const bytes = Buffer.from(text);
    let from = 0;
    for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
      stream.feed(bytes.subarray(from, Math.min(cut, bytes.length)));
      from = Math.min(cut, bytes.length);
    }
    return { taken, isBroken: stream.isBroken() };
  };
  const committee = fc.record({
    index: fc.nat(63).map(String),
    slot: fc.nat().map(String),
    validators: fc.array(fc.nat().map(String), { maxLength: 20 }),
  });

  test('gives each of them, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(
        fc.array(committee, { maxLength: 8 }),
        fc.array(fc.nat(2_000)),
        fc.boolean(),
        (data, cuts, isLast) => {
          const text = JSON.stringify(isLast ? { finalized: false, data } : { data, finalized: false });
          expect(read(text, cuts)).toEqual({ taken: data, isBroken: false });
        },
      ),
    );
  });

  test.each([
    ['an object that does not end', `{"data":[{"a":"${'x'.repeat(2_000)}`],
    ['an object that is no JSON', '{"data":[{"a":}]}'],
    ['an object that is too long', `{"data":[{"a":"${'x'.repeat(2_000)}"}]}`],
    ['no list at all', 'x'.repeat(3_000)],
  ])('is broken by %s', (_, text) => {
    expect(read(text, [50, 500]).isBroken).toBe(true);
  });

  test('is never thrown off by anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.array(fc.nat(400)), (text, cuts) => {
        read(text, cuts);
        read(`{"data":[${text}`, cuts);
      }),
    );
    expect(read('{"data":[]}', []).taken).toEqual([]);
  });
});

describe('what is kept', () => {
  test('is made once, however many ask at the same time', async () => {
    let made = 0;
    const cache = createCache<number>(8, () => true);
    const make = (): Promise<number> => Promise.resolve((made += 1));
    expect(await Promise.all([cache('a', make), cache('a', make), cache('b', make)])).toEqual([1, 1, 2]);
    expect(await cache('a', make)).toBe(1);
  });

  test('is made anew when it is not to last, and when making it failed', async () => {
    let made = 0;
    const cache = createCache<number>(8, (value) => value > 1);
    const make = (): Promise<number> => Promise.resolve((made += 1));
    expect([await cache('a', make), await cache('a', make), await cache('a', make)]).toEqual([1, 2, 2]);
    const failing = (): Promise<number> => Promise.reject(new Error('no'));
    await expect(cache('b', failing)).rejects.toThrow('no');
    expect(await cache('b', make)).toBe(3);
  });

  test('is no more than the limit, and the longest unasked goes first', async () => {
    const asked: string[] = [];
    const cache = createCache<string>(2, () => true);
    const ask = (key: string): Promise<string> =>
      cache(key, () => {
        asked.push(key);
        return Promise.resolve(key);
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await ask(key);
    }
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });
});
