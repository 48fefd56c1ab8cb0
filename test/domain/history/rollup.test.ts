// How looks become days: each moment once, in its own day, and what nobody looked at is no data.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Quality, type SignerState, signerStates } from '../../../functions/domain/facts.ts';
import { calendarDayOf, mergeCalendarDays } from '../../../functions/domain/history/calendar.ts';
import { dayMs, dayOf, startOf } from '../../../functions/domain/history/day.ts';
import type { DayRollup, SiteHistory, Tally } from '../../../functions/domain/history/history.ts';
import { heldMs, mostDayIncidents } from '../../../functions/domain/history/history.ts';
import { meansIn } from '../../../functions/domain/history/hours.ts';
import {
  account,
  type Account,
  emptyHistory,
  type Look,
  mergeDays,
  withNews,
} from '../../../functions/domain/history/rollup.ts';
import { countIn, quantileIn } from '../../../functions/domain/history/sketch.ts';
import { countedMs } from '../../../functions/domain/history/tally.ts';
import type { Incident } from '../../../functions/domain/incident.ts';
import { type SiteVerdict, siteVerdicts } from '../../../functions/domain/verdict.ts';
import { incident } from '../../support/documents.ts';
import { hour, minute, second } from '../../support/site.ts';
import { deepFreeze } from '../../support/story.ts';

const midnight = Date.UTC(2026, 10, 24);
const [eve, day, morrow] = ['2026-11-23', '2026-11-24', '2026-11-25'];

/** What one look showed; a part that it does not name is not there. */
type Shown = {
  readonly at: number;
  readonly site?: SiteVerdict;
  readonly targets?: Readonly<Record<string, Quality>>;
  readonly signers?: Readonly<Record<string, SignerState>>;
  readonly totalMs?: number;
};

const lookAt = ({ at, site = 'ok', targets = {}, signers = {}, totalMs = 20 }: Shown): Look => ({
  at,
  site,
  targets: Object.entries(targets).map(([id, quality]) => ({ id, quality, totalMs })),
  signers,
});

type Life = {
  readonly history: SiteHistory;
  readonly filed: readonly DayRollup[];
  readonly all: readonly DayRollup[];
};
type Told = Partial<Pick<Account, 'latenessMs' | 'open' | 'changed' | 'pages'>>;

/** Counts looks one after the other; `told` gives what else each brought. */
function live(shown: readonly (Shown & Told)[]): Life {
  let history: SiteHistory | null = null;
  let before: Look | null = null;
  const filed: DayRollup[] = [];
  for (const { latenessMs = 0, open = {}, changed = [], pages = 0, ...rest } of shown) {
    const now = lookAt(rest);
    const given = deepFreeze({ before, now, latenessMs, open, changed, pages });
    const next = account(deepFreeze(history), given);
    expect(account(history, given), 'the same arguments').toEqual(next);
    history = next.history;
    filed.push(...next.filed);
    before = now;
  }
  const kept = history ?? emptyHistory(0);
  return { history: kept, filed, all: [...filed, kept.today] };
}

const dayIn = ({ all }: Life, named: string): DayRollup | undefined => all.find((each) => each.day === named);

describe('a look', () => {
  test('says nothing of any time before the next one comes', () => {
    expect(live([{ at: midnight + hour }]).history).toEqual({
      today: {
        day,
        from: midnight + hour,
        through: midnight + hour,
        ticks: 1,
        worstLatenessMs: 0,
        worstGapMs: 0,
        pages: 0,
        site: { ms: {}, changes: 0 },
        targets: {},
        signers: {},
        incidents: [],
        moreIncidents: 0,
      },
      yesterday: {},
      counted: [],
    });
  });

  test.each<[string, number, number]>([
    ['a minute', minute, minute],
    ['as long as it may', heldMs, heldMs],
    ['longer than it may', heldMs + 1, heldMs],
    ['an hour', hour, heldMs],
    ['no time', 0, 0],
    ['less than no time: the clock went back', -minute, 0],
  ])('holds for %s', (_, gap, counted) => {
    const { history } = live([
      { at: midnight + 2 * hour, site: 'dark' },
      { at: midnight + 2 * hour + gap, site: 'ok' },
    ]);
    expect(history.today.site.ms).toEqual(counted === 0 ? {} : { dark: counted });
  });

  test('is what holds until the next one, whatever that shows', () => {
    const { history } = live([
      { at: midnight, site: 'ok', targets: { eth: 'good' }, signers: { alpha: 'signing' } },
      { at: midnight + minute, site: 'dark', targets: { eth: 'bad' }, signers: { alpha: 'silent' } },
      { at: midnight + 2 * minute, site: 'ok', targets: { eth: 'good' }, signers: { alpha: 'quiet' } },
    ]);
    expect(history.today).toMatchObject({
      from: midnight,
      through: midnight + 2 * minute,
      ticks: 3,
      site: { ms: { ok: minute, dark: minute }, changes: 2 },
      targets: { eth: { ms: { good: minute, bad: minute }, changes: 2 } },
      signers: { alpha: { ms: { signing: minute, silent: minute }, changes: 2 } },
    });
  });

  test('that comes after a time in which nobody looked shows no change', () => {
    const { history } = live([
      { at: midnight, site: 'ok' },
      { at: midnight + hour, site: 'dark' },
      { at: midnight + hour - minute, site: 'ok' },
    ]);
    expect(history.today.site).toEqual({ ms: { ok: heldMs }, changes: 0 });
  });

  test.each([
    [heldMs, 1],
    [heldMs + 1, 0],
  ])('that differs from the one %i ms before shows %i changes', (gap, changes) => {
    const { history } = live([
      { at: midnight, site: 'ok' },
      { at: midnight + gap, site: 'dark' },
    ]);
    expect(history.today.site.changes).toBe(changes);
  });

  test('measures only what was good', () => {
    const { history } = live([
      { at: midnight, targets: { eth: 'good', rpc: 'bad', ssh: 'unknown' }, totalMs: 40 },
      { at: midnight + minute, targets: { eth: 'bad', rpc: 'good', ssh: 'unknown' }, totalMs: 5_000 },
    ]);
    const { eth, rpc, ssh } = history.today.targets;
    expect([eth, rpc, ssh].map((each) => countIn(each?.latency ?? '-'))).toEqual([1, 1, 0]);
    expect(Math.abs((quantileIn(eth?.latency ?? '', 0.5) ?? 0) - 40)).toBeLessThan(2);
    expect(meansIn(rpc?.hours ?? '')[0]).toBe(5_000);
    expect(meansIn(ssh?.hours ?? '')[0]).toBeNull();
  });

  test('tells of how late it came, and after how long', () => {
    const { history } = live([
      { at: midnight, latenessMs: 5 * second },
      { at: midnight + 3 * minute, latenessMs: 9 * second },
      { at: midnight + 4 * minute, latenessMs: second },
    ]);
    expect(history.today).toMatchObject({ worstLatenessMs: 9 * second, worstGapMs: 3 * minute });
  });
});

describe('at midnight UTC', () => {
  test('a state that holds over it is split exactly, and the day that ended is filed', () => {
    const { history, filed } = live([
      { at: midnight - 40 * second, site: 'dark', targets: { eth: 'bad' } },
      { at: midnight + 20 * second, site: 'ok', targets: { eth: 'good' } },
    ]);
    expect(filed).toMatchObject([
      {
        day: eve,
        from: midnight - 40 * second,
        through: midnight,
        ticks: 1,
        site: { ms: { dark: 40 * second }, changes: 0 },
        targets: { eth: { ms: { bad: 40 * second }, changes: 0 } },
      },
    ]);
    expect(history.today).toMatchObject({
      day,
      from: midnight,
      through: midnight + 20 * second,
      ticks: 1,
      site: { ms: { dark: 20 * second }, changes: 1 },
      targets: { eth: { ms: { bad: 20 * second }, changes: 1 } },
    });
  });

  test('a look at that very moment belongs to the new day', () => {
    const { history, filed } = live([{ at: midnight - minute }, { at: midnight }]);
    expect(filed).toMatchObject([{ day: eve, through: midnight, site: { ms: { ok: minute } } }]);
    expect(history.today).toMatchObject({ day, from: midnight, through: midnight, ticks: 1 });
  });

  test('days on which nobody looked are not filed, and not the ground of anything', () => {
    const { history, filed } = live([
      { at: midnight - 30 * second },
      { at: midnight + 3 * dayMs, targets: { eth: 'good' } },
    ]);
    expect(filed).toMatchObject([
      { day: eve, site: { ms: { ok: 30 * second } } },
      { day, from: midnight, through: midnight + minute, ticks: 0, site: { ms: { ok: minute } } },
    ]);
    expect(history.today).toMatchObject({ day: '2026-11-27', ticks: 1, site: { ms: {} } });
    expect(history.yesterday).toEqual({});
  });

  test('the hours of the day before stay known, of targets that were measured', () => {
    const { history } = live([
      { at: midnight - minute, targets: { eth: 'good', rpc: 'bad' }, totalMs: 33 },
      { at: midnight, targets: { eth: 'good', rpc: 'bad' } },
    ]);
    expect(Object.keys(history.yesterday)).toEqual(['eth']);
    expect(meansIn(history.yesterday['eth'] ?? '')[23]).toBe(33);
  });
});

describe('parts that come and go within a day', () => {
  const { history } = live([
    { at: midnight, targets: { eth: 'good' }, signers: { alpha: 'signing' } },
    { at: midnight + minute, targets: { eth: 'good', rpc: 'bad' }, signers: {} },
    { at: midnight + 2 * minute, targets: { rpc: 'good' }, signers: { beta: 'quiet' } },
    { at: midnight + 3 * minute, targets: { rpc: 'good' }, signers: { beta: 'quiet' } },
  ]);

  test('are counted as long as they were there, and what is gone stays with its day', () => {
    const { targets, signers } = history.today;
    expect(Object.entries(targets).map(([id, { ms, changes }]) => [id, ms, changes])).toEqual([
      ['eth', { good: 2 * minute }, 0],
      ['rpc', { bad: minute, good: minute }, 1],
    ]);
    expect(signers).toEqual({
      alpha: { ms: { signing: minute }, changes: 0 },
      beta: { ms: { quiet: minute }, changes: 0 },
    });
  });

  test('whatever they are called', () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
    const targets = Object.fromEntries(names.map((name) => [name, 'good' as const]));
    const { history: odd } = live([
      { at: midnight, targets },
      { at: midnight + minute, targets },
    ]);
    expect(Object.entries(odd.today.targets).map(([id, { ms }]) => [id, ms])).toEqual(
      names.map((name) => [name, { good: minute }]),
    );
  });

  test('and of which there are more than a document could hold are left out, the later ones', () => {
    const ids = (from: number): Readonly<Record<string, Quality>> =>
      Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`t${from + n}`, 'good' as const]));
    const { history: crowded } = live([
      { at: midnight, targets: ids(0) },
      { at: midnight + minute, targets: ids(600) },
      { at: midnight + 2 * minute, targets: ids(600) },
    ]);
    const { targets } = crowded.today;
    expect(Object.keys(targets)).toHaveLength(1_000);
    expect([targets['t0']?.ms, targets['t999']?.ms, targets['t1000']]).toEqual([
      { good: minute },
      { good: minute },
      undefined,
    ]);
  });

  test('in whatever order they are looked at', () => {
    const shown = (ids: readonly string[], quality: Quality): Readonly<Record<string, Quality>> =>
      Object.fromEntries(ids.map((id) => [id, quality]));
    const one = live([
      { at: midnight, targets: shown(['a', 'b', 'c'], 'good') },
      { at: midnight + minute, targets: shown(['c', 'a', 'b'], 'bad') },
    ]);
    const other = live([
      { at: midnight, targets: shown(['c', 'b', 'a'], 'good') },
      { at: midnight + minute, targets: shown(['b', 'c', 'a'], 'bad') },
    ]);
    expect(one.history).toEqual(other.history);
  });
});

describe('a clock that goes back', () => {
  test('a little: the time that was counted is not counted again', () => {
    const { history } = live([
      { at: midnight + hour, site: 'ok' },
      { at: midnight + hour + minute, site: 'dark' },
      { at: midnight + hour + 30 * second, site: 'dark' },
      { at: midnight + hour + 80 * second, site: 'ok' },
    ]);
    // From the third look to the fourth it was dark, of which only the last 20 s are new.
    expect(history.today.site.ms).toEqual({ ok: minute, dark: 20 * second });
    expect(history.today.ticks).toBe(4);
  });

  test('over midnight: the day that has begun goes on', () => {
    const { history, filed } = live([
      { at: midnight - minute },
      { at: midnight },
      { at: midnight + minute },
      { at: midnight - 30 * second },
      { at: midnight + 30 * second },
      { at: midnight + 90 * second },
    ]);
    expect(filed.map((each) => each.day)).toEqual([eve]);
    expect(history.today).toMatchObject({ day, ticks: 5, site: { ms: { ok: 90 * second } } });
  });

  test('from a day of which no time was counted: that is filed, and no other part of it begins at the same moment', () => {
    const noon = midnight + 12 * hour;
    const { filed, history } = live([
      { at: noon },
      { at: noon + dayMs },
      { at: noon + hour },
      { at: noon + dayMs },
      { at: noon + dayMs + minute },
    ]);
    const parts = [...filed, history.today].map((each) => [each.day, each.from, each.ticks, each.site.ms]);
    expect(parts).toEqual([
      [day, noon, 1, { ok: heldMs }],
      [morrow, noon + dayMs, 1, {}],
      [day, noon + hour, 1, { ok: heldMs }],
      [morrow, noon + dayMs + 1, 2, { ok: minute - 1 }],
    ]);
  });

  test('after it was days ahead: each day has its time once, in two parts where it was left', () => {
    const { filed, history } = live([
      { at: midnight + hour, site: 'ok' },
      { at: midnight + hour + minute, site: 'ok' },
      // Ahead by a day for two minutes.
      { at: midnight + dayMs + hour, site: 'dark' },
      { at: midnight + dayMs + hour + minute, site: 'dark' },
      { at: midnight + hour + 4 * minute, site: 'ok' },
      { at: midnight + hour + 5 * minute, site: 'ok' },
      // A day later it is that time again.
      { at: midnight + dayMs + hour - minute, site: 'ok' },
      { at: midnight + dayMs + hour, site: 'ok' },
      { at: midnight + dayMs + hour + minute, site: 'ok' },
      { at: midnight + dayMs + hour + 2 * minute, site: 'ok' },
    ]);
    const parts = [...filed, history.today].map((each) => [
      each.day,
      each.from - startOf(each.day),
      each.site.ms,
    ]);
    expect(parts).toEqual([
      [day, hour, { ok: minute + heldMs }],
      [morrow, hour, { dark: minute }],
      [day, hour + 4 * minute, { ok: minute + heldMs }],
      [morrow, hour - minute, { ok: 2 * minute }],
    ]);
  });
});

describe('over any life', () => {
  const state = fc.record({
    site: fc.constantFrom(...siteVerdicts),
    targets: fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom<Quality[]>('good', 'bad', 'unknown'),
      {
        noNullPrototype: true,
      },
    ),
    signers: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(...signerStates), {
      noNullPrototype: true,
    }),
  });
  const ordinary = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 55, max: 65 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 90 }) },
  );
  const jump = fc.oneof(
    fc.integer({ min: 91, max: 4_000 }),
    fc.integer({ min: -4_000, max: -1 }),
    fc.integer({ min: -3 * 86_400, max: 3 * 86_400 }),
  );
  const steps = (odds: number): fc.Arbitrary<number> =>
    fc.oneof({ weight: 30, arbitrary: ordinary }, { weight: odds, arbitrary: jump });
  const walk = (odds: number): fc.Arbitrary<Shown[]> =>
    fc
      .tuple(
        fc.integer({ min: -120 * 60, max: 20 }),
        fc.array(fc.tuple(steps(odds), state), { minLength: 1, maxLength: 120 }),
      )
      .map(([from, all]) => {
        let at = midnight + from * second;
        return all.map(([gap, shown]) => ({ ...shown, at: (at += gap * second) }));
      });

  /** By day, part and state: seconds, counted one by one, each the first time that it is seen. */
  function counted(shown: readonly Shown[]): Map<string, number> {
    const seconds = new Map<number, Shown>();
    shown.forEach((now, place) => {
      const before = shown[place - 1];
      if (before === undefined) return;
      const until = Math.min(now.at, before.at + heldMs);
      for (let at = before.at; at < until; at += second) if (!seconds.has(at)) seconds.set(at, before);
    });
    const sums = new Map<string, number>();
    for (const [at, { site = '', targets = {}, signers = {} }] of seconds) {
      const parts = [
        `site ${site}`,
        ...Object.entries(targets).map((each) => `target ${each.join(' ')}`),
        ...Object.entries(signers).map((each) => `signer ${each.join(' ')}`),
      ];
      for (const part of parts) {
        const key = `${dayOf(at)} ${part}`;
        sums.set(key, (sums.get(key) ?? 0) + second);
      }
    }
    return sums;
  }

  function told(days: readonly DayRollup[]): Map<string, number> {
    const sums = new Map<string, number>();
    const add = (key: string, { ms }: Tally): void => {
      for (const [each, spent] of Object.entries(ms)) {
        if (spent > 0) sums.set(`${key} ${each}`, (sums.get(`${key} ${each}`) ?? 0) + spent);
      }
    };
    for (const each of days) {
      add(`${each.day} site`, each.site);
      for (const [id, tally] of Object.entries(each.targets)) add(`${each.day} target ${id}`, tally);
      for (const [id, tally] of Object.entries(each.signers)) add(`${each.day} signer ${id}`, tally);
    }
    return sums;
  }

  const isSound = ({ all }: Life, shown: readonly Shown[]): void => {
    expect(
      all.reduce((sum, { ticks }) => sum + ticks, 0),
      'looks',
    ).toBe(shown.length);
    const keys = all.map((each) => `${each.day} ${each.from}`);
    expect(new Set(keys).size, 'no two parts begin together').toBe(keys.length);
    for (const each of all) {
      const begun = startOf(each.day);
      expect(each.from, 'first moment').toBeGreaterThanOrEqual(begun);
      expect(each.through, 'last moment').toBeGreaterThanOrEqual(each.from);
      expect(each.through, 'end of the day').toBeLessThanOrEqual(begun + dayMs);
      expect(countedMs(each.site), 'no more than there is').toBeLessThanOrEqual(each.through - each.from);
      for (const target of Object.values(each.targets)) {
        expect(countedMs(target)).toBeLessThanOrEqual(countedMs(each.site));
      }
    }
  };

  test('all that is counted is what is counted second by second, day by day and state by state', () => {
    fc.assert(
      fc.property(walk(0), (shown) => {
        const life = live(shown);
        isSound(life, shown);
        expect(told(life.all)).toEqual(counted(shown));
      }),
    );
  });

  test('in which clocks jump and looks are missed nothing is counted twice or elsewhere, and little is given up', () => {
    fc.assert(
      fc.property(walk(3), (shown) => {
        const life = live(shown);
        isSound(life, shown);
        const exact = counted(shown);
        const sums = told(life.all);
        for (const [key, ms] of sums) expect(ms, key).toBeLessThanOrEqual(exact.get(key) ?? 0);
        // A day of which no time was counted takes a millisecond; of very many pieces the nearest are joined.
        const spans = shown.filter(
          ({ at }, place) => Math.abs(at - (shown[place - 1]?.at ?? at)) > heldMs,
        ).length;
        const given = life.filed.filter(({ from, through }) => from === through).length;
        for (const [key, ms] of spans < 4 ? exact : []) {
          expect(sums.get(key) ?? 0, key).toBeGreaterThanOrEqual(ms - given);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the changes of the site are those between looks that follow on each other', () => {
    fc.assert(
      fc.property(walk(3), (shown) => {
        const changes = shown.filter((now, place) => {
          const before = shown[place - 1];
          const gap = before === undefined ? 0 : now.at - before.at;
          return before !== undefined && gap > 0 && gap <= heldMs && now.site !== before.site;
        });
        const { all } = live(shown);
        expect(all.reduce((sum, { site }) => sum + site.changes, 0)).toBe(changes.length);
      }),
    );
  });

  test('bars are those of the parts of a day put together, to the second', () => {
    fc.assert(
      fc.property(walk(3), (shown) => {
        const { all } = live(shown);
        for (const parts of Map.groupBy(all, (each) => each.day).values()) {
          const [first, ...others] = parts;
          if (first === undefined) continue;
          const whole = calendarDayOf(others.reduce(mergeDays, first));
          const sum = others.map(calendarDayOf).reduce(mergeCalendarDays, calendarDayOf(first));
          for (const part of ['good', 'doubt', 'bad', 'unknown'] as const) {
            expect(Math.abs(whole.site[part] - sum.site[part]), part).toBeLessThanOrEqual(parts.length);
          }
          expect(Object.keys(sum.targets).toSorted()).toEqual(Object.keys(whole.targets).toSorted());
        }
      }),
    );
  });
});

describe('incidents of a day', () => {
  const opened = (n: number, over: Partial<Incident> = {}): Incident =>
    incident({ id: `home.target.t${n}.x`, severity: 'warning', openedAt: midnight + n, ...over });
  const open = (...incidents: readonly Incident[]): Record<string, Incident> =>
    Object.fromEntries(incidents.map((each) => [each.id, each]));

  test('are those that were open at any time of it, with their end as far as the day knows it', () => {
    const one = opened(1);
    const life = live([
      { at: midnight - minute, changed: [one], pages: 2 },
      { at: midnight, open: open(one) },
      {
        at: midnight + minute,
        open: open(one),
        changed: [{ ...one, resolvedAt: midnight + minute }],
        pages: 1,
      },
    ]);
    expect(dayIn(life, eve)).toMatchObject({ pages: 2, incidents: [{ id: one.id, resolvedAt: null }] });
    expect(dayIn(life, day)).toMatchObject({
      pages: 1,
      incidents: [{ id: one.id, subject: 'site/home', resolvedAt: midnight + minute }],
    });
  });

  test('that end at the first look of a day were open on it', () => {
    const one = opened(1);
    const life = live([
      { at: midnight - minute, open: open(one) },
      {
        at: midnight + 20 * second,
        open: open(one),
        changed: [{ ...one, resolvedAt: midnight + 20 * second }],
      },
    ]);
    expect(dayIn(life, day)?.incidents).toMatchObject([{ id: one.id, resolvedAt: midnight + 20 * second }]);
  });

  test('of which there are too many are counted, and the gravest are kept by name', () => {
    const many = Array.from({ length: mostDayIncidents + 10 }, (_, n) => opened(n));
    const grave = opened(1_000, { severity: 'critical' });
    const life = live([
      { at: midnight, changed: many },
      { at: midnight + minute, open: open(...many), changed: [grave] },
      // That is no news, also of those that are not in the list.
      { at: midnight + 2 * minute, open: open(...many, grave), changed: many },
      {
        at: midnight + 3 * minute,
        open: open(...many, grave),
        changed: many.map((each) => ({ ...each, resolvedAt: 1 })),
      },
    ]);
    const { incidents, moreIncidents } = life.history.today;
    expect(incidents).toHaveLength(mostDayIncidents);
    expect(incidents.map(({ id }) => id)).toContain(grave.id);
    expect(moreIncidents).toBe(11);
  });

  test('that were open when counting began belong to that day', () => {
    const one = opened(1);
    const history = account(emptyHistory(midnight), {
      before: lookAt({ at: midnight }),
      now: lookAt({ at: midnight + minute }),
      latenessMs: 0,
      open: open(one),
      changed: [],
      pages: 0,
    }).history;
    expect(history.today.incidents).toMatchObject([{ id: one.id }]);
  });

  test('between two looks come and end as well, and no time is counted', () => {
    const [one, two] = [opened(1), opened(2)];
    const { history } = live([
      { at: midnight, changed: [one] },
      { at: midnight + minute, open: open(one) },
    ]);
    const news = withNews(history, {
      at: midnight + 90 * second,
      open: open(one),
      changed: [{ ...one, resolvedAt: midnight + 90 * second }, two],
      pages: 3,
    });
    expect(news).toEqual({
      ...history,
      today: {
        ...history.today,
        pages: 3,
        incidents: [
          expect.objectContaining({ id: one.id, resolvedAt: midnight + 90 * second }),
          expect.objectContaining({ id: two.id, resolvedAt: null }),
        ],
      },
    });
  });

  test('that open between midnight and the first look are of the new day', () => {
    const one = opened(1);
    const { history } = live([{ at: midnight - minute }]);
    const news = withNews(history, { at: midnight + second, open: {}, changed: [one], pages: 1 });
    expect(news.today).toMatchObject({ day: eve, incidents: [], pages: 1 });
  });
});

describe('two parts of one day', () => {
  const part = (at: number, over: Shown): DayRollup =>
    live([
      { ...over, at },
      { ...over, at: at + minute },
    ]).history.today;
  const [a, b, c] = [
    part(midnight + hour, { at: 0, site: 'ok', targets: { eth: 'good' }, totalMs: 20 }),
    part(midnight + 2 * hour, { at: 0, site: 'dark', targets: { eth: 'bad', rpc: 'good' }, totalMs: 90 }),
    part(midnight + 3 * hour, { at: 0, site: 'ok', signers: { alpha: 'silent' } }),
  ];

  test('are one, in whatever order they are put together', () => {
    expect(mergeDays(a, b)).toEqual(mergeDays(b, a));
    expect(mergeDays(mergeDays(a, b), c)).toEqual(mergeDays(a, mergeDays(c, b)));
    expect(mergeDays(a, b)).toMatchObject({
      day,
      from: midnight + hour,
      through: midnight + 2 * hour + minute,
      ticks: 4,
      site: { ms: { ok: minute, dark: minute } },
      targets: { eth: { ms: { good: minute, bad: minute } }, rpc: { ms: { good: minute } } },
    });
    expect(countIn(mergeDays(a, b).targets['eth']?.latency ?? '')).toBe(2);
  });

  test('tell of an incident once, and that it is over when either knows', () => {
    const known = {
      id: 'i',
      subject: 'site/home',
      kind: 'dark',
      severity: 'critical',
      openedAt: 1,
      resolvedAt: null,
    };
    const [early, late] = [
      { ...a, incidents: [known] },
      { ...b, incidents: [{ ...known, resolvedAt: 9 }] },
    ];
    expect(mergeDays(early, late)).toMatchObject({ incidents: [{ resolvedAt: 9 }], moreIncidents: 0 });
    expect(mergeDays(late, early).incidents).toEqual(mergeDays(early, late).incidents);
  });
});
