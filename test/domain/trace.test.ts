// What one source has shown so far: runs of silence, however the reading of them is cut into ticks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignerReading } from '../../functions/domain/evidence.ts';
import { extendTrace, type Trace } from '../../functions/domain/trace.ts';
import { start } from '../support/site.ts';
import { act, key, reading, unit, unitAt } from './readings.ts';

/** Each reading goes on from where the one before ended. */
function after(readings: readonly Partial<SignerReading>[], keys = 1): Trace | null {
  let trace: Trace | null = null;
  for (const each of readings) {
    const given = reading({ base: trace?.next ?? null, next: (trace?.next ?? 0) + 1, ...each });
    trace = extendTrace(trace, given, { keys, freshAt: start });
  }
  return trace;
}

const absentOf = (trace: Trace | null, position = 0) => trace?.keys[position]?.absent ?? null;

const table: [string, readonly Partial<SignerReading>[], { unit: number; at: number } | null][] = [
  ['nothing was read', [], null],
  ['one unit without an act', [{ units: [unit(5)] }], { unit: 5, at: unitAt(5) }],
  ['one unit with an act', [{ units: [unit(5)], acts: [act(5)] }], null],
  ['two units without an act', [{ units: [unit(5)] }, { units: [unit(6)] }], { unit: 5, at: unitAt(5) }],
  [
    'an act, then a unit without',
    [{ units: [unit(5)], acts: [act(5)] }, { units: [unit(6)] }],
    { unit: 6, at: unitAt(6) },
  ],
  ['a unit without, then an act', [{ units: [unit(5)] }, { units: [unit(6)], acts: [act(6)] }], null],
  ['a unit of which only the beginning was read', [{ units: [unit(5, { isFinished: false })] }], null],
  ['a unit most of whose blocks are missing', [{ units: [unit(5, { blocks: 15 })] }], null],
  [
    'a unit half of whose blocks came in two parts',
    [
      { units: [unit(5, { isFinished: false, blocks: 8 })] },
      { units: [unit(5, { isBegun: false, blocks: 8 })] },
    ],
    { unit: 5, at: unitAt(5) },
  ],
  ['a unit whose beginning was not read', [{ units: [unit(5, { isBegun: false })] }], null],
  [
    'a unit that was read in two parts',
    [{ units: [unit(5, { isFinished: false })] }, { units: [unit(5, { isBegun: false })] }],
    { unit: 5, at: unitAt(5) },
  ],
  [
    'a unit that was read in two parts, with an act in the first',
    [{ units: [unit(5, { isFinished: false })], acts: [act(5)] }, { units: [unit(5, { isBegun: false })] }],
    null,
  ],
  ['a unit in which the place of the key is not known', [{ units: [unit(5, { duties: [] })] }], null],
  [
    'a unit in which the place of the key is not known ends a run',
    [{ units: [unit(5)] }, { units: [unit(6, { duties: [] })] }, { units: [unit(7)] }],
    { unit: 7, at: unitAt(7) },
  ],
  ['a unit is missing between two', [{ units: [unit(5)] }, { units: [unit(7)] }], { unit: 7, at: unitAt(7) }],
  [
    'something was not read between two',
    [{ units: [unit(5)] }, { units: [unit(6)], hasGap: true }],
    { unit: 6, at: unitAt(6) },
  ],
  ['an act is found later in a unit that was empty', [{ units: [unit(5)] }, { acts: [act(5)] }], null],
  [
    'an act is found later in the first of two that were empty',
    [{ units: [unit(5), unit(6)] }, { acts: [act(5)] }],
    { unit: 6, at: unitAt(6) },
  ],
  [
    'an act is found later before the run',
    [{ units: [unit(5), unit(6)] }, { acts: [act(4)] }],
    { unit: 5, at: unitAt(5) },
  ],
  ['an act in a unit that goes on', [{ units: [unit(5)] }, { acts: [act(6)] }], null],
];

describe('the run of silence after', () => {
  test.each(table)('%s', (_, readings, expected) => {
    expect(absentOf(after(readings))).toEqual(expected);
  });

  test('two keys is that of each', () => {
    const trace = after([{ units: [unit(5, { duties: [0, 1] })], acts: [act(5, { key: 1 })] }], 2);
    expect(absentOf(trace, 0)).toEqual({ unit: 5, at: unitAt(5) });
    expect(absentOf(trace, 1)).toBeNull();
  });
});

test('a reading that somebody else was faster than adds its acts, and nothing else', () => {
  const before = after([{ units: [unit(5)] }]);
  const late = reading({ base: 77, next: 99, units: [unit(6)], acts: [act(9)] });
  const trace = extendTrace(before, late, { keys: 1, freshAt: start });
  expect(trace).toMatchObject({ next: 1, through: 5, keys: [{ acts: [{ unit: 9 }] }] });
});

test('a reading in trouble does not make the source fresh, and what it did not say stays', () => {
  const before = after([{ units: [unit(5)], keys: [key('active', { unit: 5, gwei: 32 })] }]);
  const trace = extendTrace(before, reading({ base: 1, next: 1, keys: [], trouble: 'no block' }), {
    keys: 1,
    freshAt: start + 60_000,
  });
  expect(trace).toMatchObject({
    freshAt: start,
    keys: [{ standing: 'active', balance: { unit: 5, gwei: 32 }, absent: { unit: 5 } }],
  });
});

test('however the reading is cut into ticks, the run is the empty units at the end', () => {
  const units = fc.array(fc.constantFrom('act' as const, 'empty' as const, 'empty' as const), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(units, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 }), (shown, cuts) => {
      const parts: Partial<SignerReading>[] = [];
      let from = 0;
      for (const size of [...cuts, shown.length]) {
        const part = shown.slice(from, from + size);
        const numbers = part.map((_, index) => from + index);
        parts.push({
          units: numbers.map((number) => unit(number)),
          acts: numbers.filter((number) => shown[number] === 'act').map((number) => act(number)),
        });
        from += size;
      }
      const last = shown.lastIndexOf('act');
      const expected = last === shown.length - 1 ? null : { unit: last + 1, at: unitAt(last + 1) };
      expect(absentOf(after(parts))).toEqual(expected);
    }),
  );
});
