// What one look at a source brought is put to what is recorded: nothing is lost by it, nothing is told twice, and a gap is no silence.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extendShown } from '../../../functions/domain/handover/extend-record.ts';
import {
  type EpochRecord,
  excerptChars,
  type HeightReading,
  type KeyWord,
  keyWords,
  mostEpochs,
  mostSamples,
  type RecordReading,
  sampleEvery,
  type Shown,
} from '../../../functions/domain/handover/record.ts';

const epoch = (number: number, over: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch: number,
  askedAt: number * 1_000,
  root: `0x${number}`,
  finalizedEpoch: number - 2,
  participation: 0.97,
  keys: ['silent'],
  excerpt: `epoch ${number}`,
  ...over,
});
const epochs = (...of: readonly EpochRecord[]): RecordReading => ({ of: 'epochs', epochs: of });

const timeOf = (height: number): number => 1_000_000 + height * 2_000;
const hashOf = (height: number): string => `hash of ${height}`;
const height = (number: number, ...keys: readonly KeyWord[]): HeightReading => ({
  height: number,
  at: timeOf(number),
  hash: hashOf(number),
  keys: keys.length === 0 ? ['silent'] : keys,
});
const heights = (...of: readonly HeightReading[]): RecordReading => ({
  of: 'heights',
  heights: of,
  excerpt: `${of.length} heights`,
});
const silentFrom = (from: number, count: number): HeightReading[] =>
  Array.from({ length: count }, (_, index) => height(from + index));

describe('epochs', () => {
  test('are kept in order, whatever order they come in', () => {
    const shown = extendShown(null, epochs(epoch(12), epoch(10)), 1);
    expect(extendShown(shown, epochs(epoch(11)), 2)).toEqual({
      of: 'epochs',
      epochs: [epoch(10), epoch(11), epoch(12)],
    });
  });

  const settled = { finalizedEpoch: 12 };
  test('that are settled do not age: the one that was recorded stays', () => {
    const shown = extendShown(null, epochs(epoch(10, { ...settled, keys: ['silent'] })), 1);
    const again = extendShown(
      shown,
      epochs(epoch(10, { ...settled, keys: ['unknown'], root: 'another' })),
      2,
    );
    expect(again).toEqual({ of: 'epochs', epochs: [epoch(10, { ...settled, keys: ['silent'] })] });
  });

  test('that are not settled are as the last look had them, for their blocks may have been replaced', () => {
    const shown = extendShown(
      null,
      epochs(epoch(10, { finalizedEpoch: 11, keys: ['silent', 'unknown'] })),
      1,
    );
    const later = epoch(10, { ...settled, keys: ['alive', 'silent'], root: 'another' });
    expect(extendShown(shown, epochs(later), 2)).toEqual({ of: 'epochs', epochs: [later] });
  });

  test('in which a key was seen alive stay so, whatever comes later', () => {
    const shown = extendShown(null, epochs(epoch(10, { keys: ['alive', 'silent'] })), 1);
    const later = epoch(10, { ...settled, keys: ['silent', 'silent'] });
    expect(extendShown(shown, epochs(later), 2)).toEqual({
      of: 'epochs',
      epochs: [{ ...later, keys: ['alive', 'silent'] }],
    });
  });

  test('are the first four, which are judged however long it takes, and the newest twelve', () => {
    const all = Array.from({ length: mostEpochs + 30 }, (_, index) => epoch(100 + index));
    const kept = { of: 'epochs', epochs: [...all.slice(0, 4), ...all.slice(-12)] };
    expect(extendShown(null, epochs(...all), 1)).toEqual(kept);
    // The same, one after the other.
    const grown = all.reduce<Shown | null>((shown, each, at) => extendShown(shown, epochs(each), at), null);
    expect(grown).toEqual(kept);
  });

  test('keep no more of what was answered than there is room for', () => {
    const shown = extendShown(null, epochs(epoch(10, { excerpt: 'x'.repeat(excerptChars + 1) })), 1);
    expect(shown).toEqual({ of: 'epochs', epochs: [epoch(10, { excerpt: 'x'.repeat(excerptChars) })] });
  });

  test('that do not come are nothing', () => {
    expect(extendShown(null, epochs(), 1)).toBeNull();
    const shown = extendShown(null, epochs(epoch(10)), 1);
    expect(extendShown(shown, epochs(), 2)).toEqual(shown);
  });

  const record = fc.record({
    epoch: fc.integer({ min: 0, max: 30 }),
    word: fc.constantFrom(...keyWords),
    isFinal: fc.boolean(),
  });
  test('in any number of looks are, for each epoch, what the last look brought until one was settled, and alive for good', () => {
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 8 }), (looks) => {
        let shown: Shown | null = null;
        const first = new Map<number, { readonly word: KeyWord; readonly isFinal: boolean }>();
        for (const [at, look] of looks.entries()) {
          shown = extendShown(
            shown,
            epochs(
              ...look.map((each) =>
                epoch(each.epoch, {
                  keys: [each.word],
                  finalizedEpoch: each.epoch + (each.isFinal ? 2 : 1),
                }),
              ),
            ),
            at,
          );
          for (const { epoch: number, word, isFinal } of look) {
            const before = first.get(number);
            if (before?.isFinal === true) continue;
            first.set(number, { word: before?.word === 'alive' ? 'alive' : word, isFinal });
          }
          const kept = shown?.of === 'epochs' ? shown.epochs : [];
          expect(kept.length).toBeLessThanOrEqual(mostEpochs);
          expect(kept.map((each) => each.epoch)).toEqual(
            [...new Set(kept.map((each) => each.epoch))].toSorted((a, b) => a - b),
          );
          for (const each of kept) expect(each.keys).toEqual([first.get(each.epoch)?.word]);
        }
        if (first.size > mostEpochs) return;
        const all = shown?.of === 'epochs' ? shown.epochs.map((each) => each.epoch) : [];
        expect(all).toEqual([...first.keys()].toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('heights', () => {
  test('in which all keys are silent are a run', () => {
    expect(extendShown(null, heights(...silentFrom(41, 3)), 7)).toEqual({
      of: 'heights',
      next: 44,
      run: { from: 41, fromAt: timeOf(41), through: 43, throughAt: timeOf(43) },
      lastBreak: null,
      samples: [],
      askedAt: 7,
      excerpt: '3 heights',
    });
  });

  test('go on from where the last look ended', () => {
    const shown = extendShown(null, heights(...silentFrom(41, 3)), 7);
    expect(extendShown(shown, heights(...silentFrom(44, 2)), 9)).toEqual({
      of: 'heights',
      next: 46,
      run: { from: 41, fromAt: timeOf(41), through: 45, throughAt: timeOf(45) },
      lastBreak: null,
      samples: [],
      askedAt: 9,
      excerpt: '2 heights',
    });
  });

  test.each<[KeyWord]>([['alive'], ['not-in-set'], ['unknown']])(
    'in which one key is %s end the run, and the next silent one begins another',
    (word) => {
      const broken = height(43, 'silent', word, 'alive');
      const read = [height(42, 'silent', 'silent', 'silent'), broken];
      const lastBreak = { height: 43, at: timeOf(43), key: 1, word };
      const shown = extendShown(null, heights(...read), 7);
      expect(shown).toMatchObject({ next: 44, run: null, lastBreak });
      expect(extendShown(shown, heights(height(44), height(45)), 8)).toMatchObject({
        next: 46,
        run: { from: 44, fromAt: timeOf(44), through: 45, throughAt: timeOf(45) },
        lastBreak,
      });
    },
  );

  test('of no key at all show nothing', () => {
    const nobody: HeightReading = { ...height(42), keys: [] };
    expect(extendShown(null, heights(height(41), nobody), 7)).toMatchObject({
      next: 43,
      run: null,
      lastBreak: { height: 42, key: 0, word: 'unknown' },
    });
  });

  test('that are a multiple of a hundred are kept with their hashes, the newest of them', () => {
    const count = (mostSamples + 2) * sampleEvery;
    const shown = extendShown(null, heights(...silentFrom(sampleEvery - 1, count)), 7);
    const of = Array.from({ length: mostSamples }, (_, index) => (index + 3) * sampleEvery);
    expect(shown).toMatchObject({ samples: of.map((each) => ({ height: each, hash: hashOf(each) })) });
  });

  test('are sampled where a key lived, too', () => {
    const shown = extendShown(null, heights(height(2 * sampleEvery, 'alive')), 7);
    expect(shown).toMatchObject({ samples: [{ height: 2 * sampleEvery, hash: hashOf(2 * sampleEvery) }] });
  });

  test('keep no more of what was answered than there is room for', () => {
    const reading = { ...heights(height(41)), excerpt: 'x'.repeat(excerptChars + 1) };
    expect(extendShown(null, reading, 7)).toMatchObject({ excerpt: 'x'.repeat(excerptChars) });
  });

  test('that do not come are nothing, not even a look', () => {
    expect(extendShown(null, heights(), 7)).toBeNull();
    const shown = extendShown(null, heights(height(41)), 7);
    expect(extendShown(shown, heights(), 9)).toBe(shown);
  });

  const shown = extendShown(null, heights(...silentFrom(41, 3)), 7);
  test.each<[string, RecordReading]>([
    ['were read before', heights(height(43), height(44))],
    ['leave a gap', heights(height(45))],
    ['have a gap among them', heights(height(44), height(46))],
    ['stand there twice', heights(height(44), height(44))],
    ['run backwards', heights(height(44), height(43))],
    ['are epochs', epochs(epoch(44))],
  ])('that %s change nothing', (_, reading) => {
    expect(extendShown(shown, reading, 9)).toBe(shown);
  });

  test('that have a gap among them are nothing at first, either', () => {
    expect(extendShown(null, heights(height(44), height(46)), 9)).toBeNull();
  });

  test('are not put to epochs', () => {
    const before = extendShown(null, epochs(epoch(10)), 1);
    expect(extendShown(before, heights(height(44)), 9)).toBe(before);
  });

  const word = fc.constantFrom<KeyWord>(
    'silent',
    'silent',
    'silent',
    'silent',
    'alive',
    'not-in-set',
    'unknown',
  );
  const chain = fc
    .record({
      from: fc.integer({ min: 1, max: 1_000 }),
      words: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 260 }),
    })
    .map(({ from, words }) => words.map((keys, index) => height(from + index, ...keys)));

  test('are what all of them say, in however many looks they came', () => {
    fc.assert(
      fc.property(chain, fc.array(fc.integer({ min: 1, max: 60 })), (all, sizes) => {
        let split: Shown | null = null;
        let done = 0;
        for (const size of [...sizes, all.length]) {
          split = extendShown(split, heights(...all.slice(done, done + size)), done);
          done = Math.min(all.length, done + size);
        }
        const whole = extendShown(null, heights(...all), 0);
        expect({ ...split, askedAt: 0, excerpt: '' }).toEqual({ ...whole, askedAt: 0, excerpt: '' });

        const broken = all.findLast(({ keys }) => keys.some((each) => each !== 'silent'));
        const silent = all.filter((each) => each.height > (broken?.height ?? 0));
        const key = broken?.keys.findIndex((each) => each !== 'silent') ?? -1;
        const last = all.at(-1);
        expect(whole).toMatchObject({
          next: (last?.height ?? 0) + 1,
          run:
            silent.length === 0
              ? null
              : {
                  from: silent[0]?.height,
                  fromAt: silent[0]?.at,
                  through: last?.height,
                  throughAt: last?.at,
                },
          lastBreak:
            broken === undefined
              ? null
              : { height: broken.height, at: broken.at, key, word: broken.keys[key] },
          samples: all
            .filter((each) => each.height % sampleEvery === 0)
            .map((each) => ({ height: each.height, hash: each.hash })),
        });
      }),
    );
  });

  test('never make a run longer than the silence that was read without a gap', () => {
    const look = fc.record({
      from: fc.integer({ min: 1, max: 40 }),
      words: fc.array(word, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
        let recorded: Shown | null = null;
        const silent = new Set<number>();
        for (const { from, words } of looks) {
          const reading = heights(...words.map((each, index) => height(from + index, each)));
          const next: Shown | null = extendShown(recorded, reading, from);
          if (next !== recorded) {
            for (const [index, each] of words.entries()) if (each === 'silent') silent.add(from + index);
          }
          // The same look twice is one look.
          expect(extendShown(next, reading, from)).toBe(next);
          recorded = next;
          if (recorded?.of !== 'heights' || recorded.run === null) continue;
          const { run, lastBreak } = recorded;
          for (let each = run.from; each <= run.through; each += 1) expect(silent).toContain(each);
          expect(run.through).toBe((recorded.next ?? 0) - 1);
          expect(lastBreak?.height ?? 0).toBeLessThan(run.from);
        }
      }),
    );
  });
});
