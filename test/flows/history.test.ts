// Days of a site as they are asked for, over the real store: ranges, single days, what everybody may see of them, and what reading costs.
import type { Firestore } from '@google-cloud/firestore';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dayAfter, startOf } from '../../functions/domain/history/day.ts';
import type { DayRollup } from '../../functions/domain/history/history.ts';
import { addToHour } from '../../functions/domain/history/hours.ts';
import { addLatency } from '../../functions/domain/history/sketch.ts';
import { type HistoryReader, type HistoryWorld, openHistory } from '../../functions/flows/history.ts';
import { openFirestoreStore } from '../../functions/stores/firestore.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import { calendarDaysOf } from '../../functions/views/history-answer.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { commit, siteState, someTime } from '../support/documents.ts';
import { rollup, rollups, tally, targetTally } from '../support/rollups.ts';
import { siteRules } from '../support/site.ts';

let emulator: FirestoreEmulator;
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterAll(() => emulator.close());

const dayMs = 86_400_000;
const today = '2026-12-01';
let projects = 0;
const clients: Firestore[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.terminate()));
});

type Room = {
  readonly store: Store;
  readonly reader: HistoryReader;
  readonly spoil: (path: string) => Promise<unknown>;
  readonly moveTo: (at: number) => void;
  readonly readsOf: (work: () => Promise<unknown>) => Promise<number>;
};

async function room(filed: readonly DayRollup[], counted: Partial<DayRollup> = {}): Promise<Room> {
  projects += 1;
  const open = (databaseId: string): Firestore => {
    const projectId = `history-${process.pid}-${projects}`;
    const client = openDatabase({ projectId, databaseId, emulator: emulator.host });
    clients.push(client);
    return client;
  };
  const databases = { default: open('(default)'), inbox: open('inbox') };
  const store = openFirestoreStore(databases);
  const state = siteState();
  const ofToday = rollup({ day: today, through: someTime, ...counted });
  for (let place = 0; place < filed.length; place += 100) {
    await commit(store, { filed: filed.slice(place, place + 100) });
  }
  await commit(store, { state: { ...state, history: { ...state.history, today: ofToday } } });
  let now = someTime;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  return {
    store,
    reader: openHistory({ rules: [siteRules()], store, clock }),
    spoil: (path) => databases.default.doc(path).set({ schema: 1, nonsense: true }),
    moveTo: (at) => {
      now = at;
    },
    readsOf: async (work) => {
      emulator.resetCounts();
      await work();
      return emulator.counts().reads;
    },
  };
}

const lastMonth = { site: 'home', from: null, to: null };

describe('days of a site', () => {
  test('are the last thirty by default, with today as far as it has come', async () => {
    const { reader } = await room(rollups('2026-11-30', 60), { site: tally({ ok: 3_600_000 }) });
    const answer = await reader.days(lastMonth, null);
    expect(answer).toMatchObject({ from: '2026-11-02', to: today, broken: [], hidden: [] });
    expect(answer?.days.map(({ day }) => day).slice(-2)).toEqual(['2026-11-30', today]);
    expect(answer?.days).toHaveLength(30);
    expect(answer?.days.at(-1)?.site.bar).toMatchObject({ good: 3_600 });
    expect(answer?.total?.site.bar.good).toBe(29 * 86_400 + 3_600);
    expect(answer?.total?.ticks).toBe(30 * 1_440);
  });

  test('on which nobody looked are missing', async () => {
    const all = rollups('2026-11-30', 5).filter(({ day }) => day !== '2026-11-28');
    const { reader } = await room(all);
    const answer = await reader.days({ site: 'home', from: '2026-11-20', to: '2026-11-30' }, null);
    expect(answer?.days.map(({ day }) => day)).toEqual([
      '2026-11-26',
      '2026-11-27',
      '2026-11-29',
      '2026-11-30',
    ]);
  });

  test('are put together by percentiles of all that was measured', async () => {
    const latencyOf = (values: readonly number[]): string =>
      values.reduce((sketch, ms) => addLatency(sketch, ms), '');
    const of = (day: string, values: readonly number[]): DayRollup =>
      rollup({ day, targets: { rpc: { ...targetTally({ good: dayMs }), latency: latencyOf(values) } } });
    const { reader } = await room([
      of(
        '2026-11-29',
        Array.from({ length: 99 }, () => 10),
      ),
      of('2026-11-30', [1_000]),
    ]);
    const answer = await reader.days({ site: 'home', from: '2026-11-29', to: '2026-11-30' }, null);
    const rpc = answer?.total?.targets['rpc'];
    expect(rpc).toMatchObject({ measured: 100, well: 1 });
    expect(rpc?.p50Ms).toBeCloseTo(10, 0);
    expect(rpc?.p95Ms).toBeCloseTo(10, 0);
  });

  test('of a part of a day that was filed twice are one', async () => {
    const half = { site: tally({ ok: dayMs / 2 }), ticks: 720 };
    const { reader } = await room([
      rollup({ day: '2026-11-30', ...half }),
      rollup({ day: '2026-11-30', from: startOf('2026-11-30') + dayMs / 2, ...half }),
    ]);
    const answer = await reader.days({ site: 'home', from: '2026-11-30', to: '2026-11-30' }, null);
    expect(answer?.days).toMatchObject([{ ticks: 1_440, site: { bar: { good: 86_400 } } }]);
  });

  test('of a year with holes are four hundred at most, as a page shows them', async () => {
    const all = rollups('2026-11-30', 399).filter((_, place) => place % 3 !== 0);
    const { reader } = await room(all);
    const answer = await reader.days({ site: 'home', from: dayAfter(today, -399), to: today }, null);
    expect(answer?.days).toHaveLength(all.length + 1);
    expect(answer === null ? [] : calendarDaysOf(answer).at(-1)).toMatchObject({ day: today, targets: {} });
  });

  test('that cannot be read are named, and keep no other back', async () => {
    const { reader, spoil } = await room(rollups('2026-11-30', 3));
    await spoil('history/home_2026-11-29');
    const answer = await reader.days(lastMonth, null);
    expect(answer?.days.map(({ day }) => day)).toEqual(['2026-11-28', '2026-11-30', today]);
    expect(answer?.broken.join()).toContain('history/home_2026-11-29');
    expect((await reader.days(lastMonth, ['history']))?.broken).toEqual([]);
  });

  test.each([
    ['2026-02-30', '2026-03-01', 'from must be a day of the calendar, such as 2026-12-01'],
    ['2026-11-02', 'tomorrow', 'to must be a day of the calendar, such as 2026-12-01'],
    ['2026-11-02', '2026-11-01', 'to is before from; write the earlier day as from'],
    ['2027-01-01', null, 'from must not be after today, which is 2026-12-01 by UTC'],
    ['2025-10-01', null, 'these are more than 400 days, and no more are kept; ask for fewer'],
  ])('from %s to %s are refused, with what would be right', async (from, to, words) => {
    const { reader } = await room([]);
    await expect(reader.days({ site: 'home', from, to }, null)).rejects.toThrow(words);
  });

  test('of a site that there is not are nothing', async () => {
    const { reader } = await room([]);
    expect(await reader.days({ ...lastMonth, site: 'cabin' }, null)).toBeNull();
    expect(await reader.day('cabin', today, null)).toBeNull();
  });
});

describe('one day', () => {
  test('holds all that was counted on it, hour by hour', async () => {
    const hours = addToHour('', startOf('2026-11-30') + 5 * 3_600_000, 42);
    const rpc = { ...targetTally({ good: dayMs - 60_000, bad: 60_000 }), hours, latency: addLatency('', 42) };
    const { reader } = await room([rollup({ day: '2026-11-30', targets: { rpc } })]);
    const answer = await reader.day('home', '2026-11-30', null);
    expect(answer).toMatchObject({ isOver: true, row: { ticks: 1_440 }, hidden: [] });
    expect(answer?.targets['rpc']?.line[5]).toBe(42);
    expect(answer?.targets['rpc']?.bar).toMatchObject({ bad: 60 });
    expect(answer?.targets['rpc']?.well).toBeLessThan(1);
  });

  test('that is today is not over, and one that nobody looked at is empty', async () => {
    const { reader } = await room([]);
    expect(await reader.day('home', today, null)).toMatchObject({ isOver: false, row: { day: today } });
    expect(await reader.day('home', '2026-11-30', null)).toMatchObject({
      isOver: true,
      row: null,
      targets: {},
    });
  });

  test('must be one of the calendar', async () => {
    const { reader } = await room([]);
    await expect(reader.day('home', '2026-11-31', null)).rejects.toThrow('not a day of the calendar');
  });

  test('tells everybody only what is shown, and of incidents no name', async () => {
    const incidentOf = (subject: string, kind: string) => ({
      id: `home.${subject.replace('/', '.')}.20261130T120000Z`,
      subject,
      kind,
      severity: 'critical',
      openedAt: startOf('2026-11-30'),
      resolvedAt: null,
    });
    const incidents = [incidentOf('target/rpc', 'unreachable'), incidentOf('zombie/eth', 'zombie')];
    const { reader } = await room([rollup({ day: '2026-11-30', incidents })]);
    const plain = await reader.day('home', '2026-11-30', ['history']);
    expect(plain).toMatchObject({ targets: {}, incidents: [], row: { signers: {}, ticks: 0, incidents: 0 } });
    expect(JSON.stringify(plain)).not.toMatch(/rpc|eth/);
    const told = await reader.day('home', '2026-11-30', ['history', 'incidents']);
    expect(told?.incidents).toMatchObject([
      { subject: 'target/target-1', id: 'home.target.target-1.20261130T120000Z' },
    ]);
    expect(told?.row?.incidents).toBe(2);
    const part = await reader.dayPart('home', '2026-11-30', ['history', 'targets']);
    expect(Object.keys(part?.rollup?.targets ?? {})).toEqual(['rpc', 'ssh']);
    expect(part).toMatchObject({ isPublic: true, rollup: { signers: {}, incidents: [] } });
  });
});

describe('reading', () => {
  test('costs a read for each day once, and for readers at once no more', async () => {
    const { reader, readsOf, moveTo } = await room(rollups('2026-11-30', 29));
    const crowd = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 50 }, () => reader.days(lastMonth, null)));
    // The site, and 29 days.
    expect(await readsOf(crowd)).toBe(30);
    expect(await readsOf(() => reader.days(lastMonth, null))).toBe(0);
    moveTo(someTime + 11_000);
    // The site again, and all of that day, of which only what the month needs is remembered.
    expect(await readsOf(() => reader.day('home', '2026-11-12', null))).toBe(2);
    // Of today nothing is filed yet, which costs one to find out.
    expect(await readsOf(() => reader.days(lastMonth, null))).toBe(1);
  });

  test('is done again for what may have been filed meanwhile', async () => {
    const { store, reader, moveTo } = await room([]);
    expect((await reader.day('home', '2026-11-30', null))?.row).toBeNull();
    await commit(store, { filed: [rollup({ day: '2026-11-30' })] });
    moveTo(someTime + 3_600_001);
    expect((await reader.day('home', '2026-11-30', null))?.row).not.toBeNull();
  });

  test.each([50, 200])(
    'of 400 days of %i targets costs a read for each day once, whatever is asked of them',
    async (count) => {
      const targets = Object.fromEntries(
        Array.from({ length: count }, (_, place) => [`target-${place}`, targetTally({ good: dayMs })]),
      );
      const all = rollups('2026-11-30', 399).map((day) => ({ ...day, targets }));
      let reads = 0;
      const store: HistoryWorld['store'] = {
        readStates: async () => ({ states: new Map(), broken: [] }),
        readDays: async (_, from, to) => {
          const days = all.filter(({ day }) => from <= day && day <= to);
          reads += days.length;
          return { days, broken: [] };
        },
      };
      let now = someTime;
      const clock = { now: () => now, sleep: () => Promise.resolve() };
      const reader = openHistory({ rules: [siteRules()], store, clock });
      const year = { site: 'home', from: dayAfter(today, -399), to: today };
      const first = await reader.days(year, ['history']);
      expect(reads).toBe(399);
      for (let round = 0; round < 40; round += 1) {
        now += 11_000;
        // oxlint-disable-next-line no-await-in-loop -- one reader after the other
        await reader.days({ ...year, from: dayAfter(year.from, round) }, ['history']);
      }
      // Only the last day, which may still be filed.
      expect(reads).toBe(399 + 40);
      expect(first?.days).toHaveLength(399);
    },
  );

  test('names the document of the site when it cannot be read', async () => {
    const { reader, spoil } = await room(rollups('2026-11-30', 2));
    await spoil('sites/home');
    expect((await reader.days(lastMonth, null))?.broken.join()).toContain('sites/home');
    expect((await reader.day('home', today, null))?.broken.join()).toContain('sites/home');
  });

  test('counts a day once that is filed between the two reads', async () => {
    const { store } = await room([], { site: tally({ ok: 3_600_000 }), ticks: 60, pages: 3 });
    const ended = rollup({ day: today, site: tally({ ok: 3_600_000 }), ticks: 60, pages: 3 });
    let isFiled = false;
    const racing: HistoryWorld['store'] = {
      readStates: (ids) => store.readStates(ids),
      readDays: async (site, from, to) => {
        if (!isFiled) {
          isFiled = true;
          const state = siteState();
          const next = rollup({ day: dayAfter(today), from: startOf(dayAfter(today)), ticks: 1 });
          await commit(store, {
            state: { ...state, history: { ...state.history, today: next } },
            filed: [ended],
          });
        }
        return store.readDays(site, from, to);
      },
    };
    const clock = { now: () => someTime, sleep: () => Promise.resolve() };
    const reader = openHistory({ rules: [siteRules()], store: racing, clock });
    const answer = await reader.days(lastMonth, null);
    expect(answer?.days.at(-1)).toMatchObject({
      day: today,
      ticks: 60,
      pages: 3,
      site: { bar: { good: 3_600 } },
    });
  });
});
