// Days in short: what counts as good, and that trouble is never rounded away.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signerStates } from '../../../functions/domain/facts.ts';
import {
  calendarDayOf,
  mergeCalendarDays,
  siteBar,
  wellOf,
} from '../../../functions/domain/history/calendar.ts';
import { dayMs } from '../../../functions/domain/history/day.ts';
import type { Bar } from '../../../functions/domain/history/history.ts';
import { siteVerdicts } from '../../../functions/domain/verdict.ts';
import { rollup, tally, targetTally } from '../../support/rollups.ts';
import { hour } from '../../support/site.ts';

const none: Bar = { good: 0, doubt: 0, bad: 0, unknown: 0 };
const kindOf = (bar: Bar | undefined): string =>
  Object.entries(bar ?? {})
    .flatMap(([part, seconds]) => (seconds > 0 ? [part] : []))
    .join(' ');

describe('what a state counts as', () => {
  test('of a site', () => {
    const kinds = siteVerdicts.map((verdict) => [
      verdict,
      kindOf(siteBar({ site: tally({ [verdict]: hour }) })),
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      ok: 'good',
      degraded: 'doubt',
      'inbound-lost': 'doubt',
      dark: 'bad',
      'vpn-down': 'bad',
      'not-signing': 'bad',
      blind: 'unknown',
      unknown: 'unknown',
    });
  });

  test('of a signer and a target, and of what nobody knows any more', () => {
    const { signers, targets } = calendarDayOf(
      rollup({
        signers: Object.fromEntries(signerStates.map((state) => [state, tally({ [state]: hour })])),
        targets: Object.fromEntries(
          ['good', 'bad', 'unknown', 'constructor', '__proto__x'].map((state) => [
            state,
            targetTally({ [state]: hour }),
          ]),
        ),
      }),
    );
    expect(Object.entries(signers).map(([state, bar]) => [state, kindOf(bar)])).toEqual([
      ['signing', 'good'],
      ['quiet', 'doubt'],
      ['silent', 'bad'],
      ['inactive', 'doubt'],
      ['unknown', 'unknown'],
    ]);
    expect(Object.entries(targets).map(([state, bar]) => [state, kindOf(bar)])).toEqual([
      ['good', 'good'],
      ['bad', 'bad'],
      ['unknown', 'unknown'],
      ['constructor', 'unknown'],
      ['__proto__x', 'unknown'],
    ]);
  });
});

describe('a bar', () => {
  test.each<[string, Record<string, number>, Bar]>([
    ['a whole good day', { ok: dayMs }, { ...none, good: 86_400 }],
    ['nothing', {}, none],
    ['a blink of darkness', { ok: dayMs - 1, dark: 1 }, { ...none, good: 86_399, bad: 1 }],
    [
      'a blink of doubt beside it',
      { ok: dayMs - 2, dark: 1, degraded: 1 },
      { ...none, good: 86_398, doubt: 1, bad: 1 },
    ],
    ['states of one kind', { dark: 1_500, 'vpn-down': 1_500, blind: 2_999 }, { ...none, bad: 3, unknown: 2 }],
    ['all of it bad', { dark: dayMs }, { ...none, bad: 86_400 }],
  ])('of %s is in whole seconds', (_, ms, bar) => {
    expect(siteBar({ site: tally(ms) })).toEqual(bar);
  });

  const parts = fc
    .tuple(...siteVerdicts.map(() => fc.nat(dayMs / siteVerdicts.length)))
    .map((all) =>
      tally(Object.fromEntries(siteVerdicts.map((verdict, place) => [verdict, all[place] ?? 0]))),
    );

  test('never holds more than a day, hides no trouble, and shows nothing as better than it was', () => {
    fc.assert(
      fc.property(parts, (site) => {
        const { good, doubt, bad, unknown } = siteBar({ site });
        const ms = new Map(Object.entries(site.ms));
        const sum = (...states: readonly string[]): number =>
          states.reduce((total, state) => total + (ms.get(state) ?? 0), 0);
        expect(good + doubt + bad + unknown).toBeLessThanOrEqual(86_400);
        expect(1_000 * good).toBeLessThanOrEqual(sum('ok'));
        expect(1_000 * bad).toBeGreaterThanOrEqual(sum('dark', 'vpn-down', 'not-signing'));
        expect(1_000 * doubt).toBeGreaterThanOrEqual(sum('degraded', 'inbound-lost'));
      }),
    );
  });

  test('of two parts is their sum, and no more than a day', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [one, other] = [calendarDayOf(rollup({ site: a })), calendarDayOf(rollup({ site: b }))];
        const both = mergeCalendarDays(one, other);
        expect(mergeCalendarDays(other, one)).toEqual(both);
        const { good, doubt, bad, unknown } = both.site;
        expect(good + doubt + bad + unknown).toBeLessThanOrEqual(86_400);
        expect(bad).toBe(Math.min(86_400, one.site.bad + other.site.bad));
      }),
    );
  });
});

describe('how well it was', () => {
  test.each<[string, (Partial<Bar> | null)[], number | null]>([
    ['no days', [], null],
    ['days on which nobody looked', [null, null], null],
    ['days on which nobody could tell', [{ unknown: 86_400 }], null],
    ['good days', [{ good: 86_400 }, null, { good: 10 }], 1],
    ['a good and a bad day', [{ good: 86_400 }, { bad: 86_400 }], 0.5],
    ['doubt, which is not good', [{ good: 30, doubt: 10 }], 0.75],
    ['what could not be told, which does not count', [{ good: 30, bad: 10, unknown: 5_000 }], 0.75],
  ])('of %s', (_, bars, well) => {
    expect(wellOf(bars.map((bar) => (bar === null ? null : { ...none, ...bar })))).toBe(well);
  });

  test('is never all when there was a second of anything else', () => {
    const days = Array.from({ length: 400 }, () => ({ ...none, good: 86_400 }));
    expect(wellOf([...days, { ...none, bad: 1 }])).toBeLessThan(1);
  });
});
