// What every store promises of history: days are filed with their site or not at all, and no reading of one is kept up by another.
import { describe, expect } from 'vitest';
import { dayAfter, hourMs, startOf } from '../../functions/domain/history/day.ts';
import { calendarDays, type DayRollup } from '../../functions/domain/history/history.ts';
import type { Store } from '../../functions/stores/store.ts';
import { commit, incident, siteState, stateWith } from '../support/documents.ts';
import { rollup, rollups, tally, targetTally } from '../support/rollups.ts';
import type { Bench } from './bench.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

const well = { good: 86_400, doubt: 0, bad: 0, unknown: 0 };
const last = '2026-11-30';

/** Files days one after another, as ticks do. */
async function file(store: Store, days: readonly DayRollup[], site = 'home'): Promise<void> {
  for (const each of days) {
    // oxlint-disable-next-line no-await-in-loop -- a site is committed by one tick after another
    await commit(store, { state: siteState({ site }), filed: [each] });
  }
}

const calendarOf = async (store: Store, site = 'home') =>
  (await store.readCalendars([site])).calendars.get(site)?.days ?? [];

export function describeHistory(name: string, check: Check): void {
  describe(`${name}: history`, () => {
    check('is empty at first', async ({ store }) => {
      expect(await store.readDays('home', '2026-01-01', last)).toEqual({ days: [], broken: [] });
      expect(await store.readCalendars(['home', 'home'])).toEqual({
        calendars: new Map([['home', { days: [] }]]),
        broken: [],
      });
      expect(await store.readCalendars([])).toEqual({ calendars: new Map(), broken: [] });
      expect(await store.readStates(['home'])).toEqual({ states: new Map(), broken: [] });
      expect(await store.readStates([])).toEqual({ states: new Map(), broken: [] });
    });

    check('of a day is filed whole, and in the calendar in short', async ({ store, other, peek }) => {
      const day = rollup();
      expect(await commit(store, { filed: [day] })).toBe('committed');
      expect(await peek(`history/home_${last}`)).toMatchObject({ ...day, schema: 1 });
      expect(await other.readDays('home', last, last)).toEqual({ days: [day], broken: [] });
      expect(await calendarOf(other)).toEqual([
        {
          day: last,
          site: well,
          signers: { eth: well },
          targets: { rpc: well, ssh: well },
          incidents: 0,
          pages: 0,
        },
      ]);
    });

    check('is not filed when the site was written meanwhile', async ({ store, other, peek }) => {
      await commit(store, {});
      const { base } = await store.loadSite('home');
      await commit(other, { state: siteState({ nextDueAt: 1 }) });
      const change = {
        base,
        memory: { state: siteState(), incidents: {} },
        touched: [],
        rows: [],
        wanted: [],
      };
      expect(await store.commitSite({ ...change, filed: [rollup()] })).toBe('conflict');
      expect(await peek(`history/home_${last}`)).toBeNull();
      expect(await peek('history/home')).toBeNull();
    });

    check('filed twice of one moment is there once', async ({ store }) => {
      await file(store, [rollup(), rollup()]);
      expect(await store.readDays('home', last, last)).toEqual({ days: [rollup()], broken: [] });
      expect(await calendarOf(store)).toHaveLength(1);
    });

    check('of a day that was filed in parts is all of them together', async ({ store, peek }) => {
      const from = startOf(last) + 20 * hourMs;
      const day = { targets: {}, signers: {}, ticks: 10, pages: 1 };
      const early = rollup({ ...day, through: startOf(last) + hourMs, site: tally({ ok: hourMs }, 2) });
      const late = rollup({ ...day, from, site: tally({ ok: hourMs, dark: 2 * hourMs }, 3) });
      await file(store, [late, early]);
      expect(await peek(`history/home_${last}`)).toMatchObject({ through: startOf(last) + hourMs });
      expect(await peek(`history/home_${last}_${from}`)).toMatchObject({ from });
      const { days } = await store.readDays('home', last, last);
      expect(days).toHaveLength(1);
      expect(days[0]).toMatchObject({
        from: startOf(last),
        through: late.through,
        ticks: 20,
        pages: 2,
        site: { ms: { ok: 2 * hourMs, dark: 2 * hourMs }, changes: 5 },
      });
      expect(await calendarOf(store)).toMatchObject([
        { day: last, site: { good: 7_200, doubt: 0, bad: 7_200, unknown: 0 }, pages: 2 },
      ]);
    });

    check('of several days may be filed at once', async ({ store }) => {
      const days = rollups(last, 3);
      await commit(store, { filed: days });
      expect((await store.readDays('home', dayAfter(last, -2), last)).days).toEqual(days);
      expect((await calendarOf(store)).map(({ day }) => day)).toEqual(days.map(({ day }) => day));
    });

    check('is read from one day to another, these included, and of one site only', async ({ store }) => {
      const days = rollups(last, 5);
      for (const site of ['home', 'home-2', 'hom', 'homf']) {
        // oxlint-disable-next-line no-await-in-loop -- a site after another
        await commit(store, { state: siteState({ site }), filed: days });
      }
      const read = async (from: string, to: string) =>
        (await store.readDays('home', from, to)).days.map(({ day }) => day);
      expect(await read('2026-11-27', '2026-11-29')).toEqual(['2026-11-27', '2026-11-28', '2026-11-29']);
      expect(await read('2026-11-28', '2026-11-28')).toEqual(['2026-11-28']);
      expect(await read('2026-11-30', '2027-03-01')).toEqual(['2026-11-30']);
      expect(await read('2026-11-29', '2026-11-28')).toEqual([]);
      expect(await read('2026-12-01', '2026-12-02')).toEqual([]);
    });

    check('of more than 400 days is read as the last 400', async ({ store, plant }) => {
      const days = rollups(last, 402);
      for (const each of days) {
        // oxlint-disable-next-line no-await-in-loop -- as they come
        await plant(`history/home_${each.day}`, { ...each, schema: 1, expiresAt: new Date(0) });
      }
      const read = await store.readDays('home', '2000-01-01', last);
      expect(read.broken).toEqual([]);
      expect(read.days).toEqual(days.slice(2));
    });

    check('keeps ninety days in the calendar: the one that falls out is gone', async ({ store, peek }) => {
      const days = rollups(last, calendarDays + 2);
      await file(store, days);
      const kept = days.slice(2).map(({ day }) => day);
      expect((await calendarOf(store)).map(({ day }) => day)).toEqual(kept);
      const document = await peek('history/home');
      expect(document).toMatchObject({ days: { [last]: expect.any(String) } });
      expect(document).not.toHaveProperty(['days', days[1]?.day ?? '']);
      expect(document).not.toHaveProperty('expiresAt');
    });

    check('with holes shows nothing where nothing was filed', async ({ store }) => {
      const days = rollups(last, 200).filter((_, index) => index % 7 === 0 || index === 199);
      await file(store, days);
      const shown = (await calendarOf(store)).map(({ day }) => day);
      const earliest = dayAfter(last, 1 - calendarDays);
      const expected = days.map(({ day }) => day).filter((day) => day >= earliest);
      expect(shown.filter((day) => day >= earliest)).toEqual(expected);
    });

    check('of a clock that was ahead pushes no day out of the calendar', async ({ store }) => {
      const days = rollups(last, calendarDays);
      await file(store, days);
      // Ahead for a tick: when it is back, that day is filed, and counting goes on with the day after `last`.
      await file(store, rollups(dayAfter(last, 60), 1));
      const shown = (await calendarOf(store)).map(({ day }) => day);
      expect(shown).toEqual([...days.map(({ day }) => day), dayAfter(last, 60)]);
    });

    check('that cannot be read names itself, and keeps nobody back', async ({ store, plant }) => {
      const days = rollups(last, 3);
      await file(store, days);
      await commit(store, { state: siteState({ site: 'cabin' }), filed: days });
      await plant('history/home_2026-11-29', { schema: 1, day: '2026-11-29' });
      await plant('history/home_2026-11-29_5', { schema: 9 });
      await plant('history/cabin', {
        days: { [last]: 'what', x: '{}', '2026-11-29': 4, '2026-11-28': '{"schema":2}', '2026-11-27': '[]' },
      });
      await plant('history/shed', { days: 'none' });
      const read = await store.readDays('home', '2026-11-01', last);
      expect(read.days.map(({ day }) => day)).toEqual(['2026-11-28', last]);
      expect(read.broken).toEqual([
        expect.stringMatching(/^history\/home_2026-11-29 does not parse/),
        expect.stringMatching(/^history\/home_2026-11-29_5 was written by a newer version/),
      ]);
      const { calendars, broken } = await store.readCalendars(['home', 'cabin', 'shed']);
      expect([...calendars.keys()]).toEqual(['home', 'cabin']);
      expect(calendars.get('home')?.days).toHaveLength(3);
      expect(calendars.get('cabin')).toEqual({ days: [] });
      expect(broken.toSorted()).toEqual([
        expect.stringContaining('history/cabin days.2026-11-27 does not parse'),
        expect.stringContaining('history/cabin days.2026-11-28 was written by a newer version'),
        expect.stringContaining('history/cabin days.2026-11-29 does not parse'),
        expect.stringContaining(`history/cabin days.${last} does not parse`),
        expect.stringContaining('history/cabin does not parse at days.x'),
        expect.stringContaining('history/shed does not parse at days'),
      ]);
    });

    for (const fields of [
      { days: 'none' },
      { schema: 7, days: { '2026-11-29': 7, other: { more: 1 } } },
      { days: null },
      {},
    ]) {
      check(`is filed in spite of a calendar that is ${JSON.stringify(fields)}`, async ({ store, plant }) => {
        await plant('history/home', fields);
        expect(await commit(store, { filed: [rollup()] })).toBe('committed');
        expect((await calendarOf(store)).map(({ day }) => day)).toEqual([last]);
      });
    }

    check('keeps ids as they are, whatever they look like', async ({ store }) => {
      const ids = ['a.b', 'a/b', 'a b', '`', '[x]', '*', '~', 'ä', '\u202e', '__a', '2026', '0', '$', "'"];
      const targets = Object.fromEntries(ids.map((id) => [id, targetTally({ good: hourMs })]));
      const signers = Object.fromEntries(ids.map((id) => [id, tally({ signing: hourMs })]));
      const day = rollup({ targets, signers });
      await commit(store, { filed: [day] });
      expect(await store.readDays('home', last, last)).toEqual({ days: [day], broken: [] });
      const [shown] = await calendarOf(store);
      expect(Object.keys(shown?.targets ?? {}).toSorted()).toEqual(ids.toSorted());
      expect(Object.keys(shown?.signers ?? {}).toSorted()).toEqual(ids.toSorted());
    });
  });

  describe(`${name}: the states of sites`, () => {
    check('are read without their incidents, and a broken one names itself', async ({ store, plant }) => {
      const open = incident();
      const state = stateWith([open]);
      // The incident that it names is not there.
      await commit(store, { state });
      await commit(store, { state: siteState({ site: 'cabin' }) });
      await plant('sites/shed', { schema: 8, site: 'shed' });
      const { states, broken } = await store.readStates(['home', 'cabin', 'shed', 'never', 'home']);
      expect(states).toEqual(
        new Map([
          ['home', state],
          ['cabin', siteState({ site: 'cabin' })],
        ]),
      );
      expect(broken).toEqual([expect.stringContaining('sites/shed')]);
    });
  });
}
