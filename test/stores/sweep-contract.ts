// What every store promises of the health of channels and of the daily sweep.
import { describe, expect } from 'vitest';
import { ackEvent, commit, row, siteState, someTime } from '../support/documents.ts';
import { hearBeat } from '../support/heard.ts';
import { rollups } from '../support/rollups.ts';
import type { Bench } from './bench.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

const attempt = (channel: string, at: number, isSent: boolean) => ({
  channel,
  at,
  isSent,
  outcome: isSent ? 'HTTP 200' : 'HTTP 503',
});

export function describeHealth(name: string, check: Check): void {
  describe(`${name}: the health of channels`, () => {
    check('is nothing at first, and a success after no failure writes nothing', async ({ store, peek }) => {
      expect(await store.loadChannels()).toEqual({});
      await store.noteAttempts([attempt('pager', 1, true)]);
      await store.noteAttempts([]);
      expect(await peek('health/deliver')).toBeNull();
    });

    check('counts what fails in a row, of several deliverers', async ({ store, other, peek }) => {
      await store.noteAttempts([attempt('pager', 1, false), attempt('mail', 2, false)]);
      await Promise.all([
        store.noteAttempts([attempt('pager', 3, false)]),
        other.noteAttempts([attempt('pager', 4, false), attempt('mail', 5, true)]),
      ]);
      const channels = {
        pager: { failures: 3, failingSince: 1, outcome: 'HTTP 503' },
        mail: { failures: 0, failingSince: null, outcome: 'HTTP 200' },
      };
      expect(await other.loadChannels()).toEqual(channels);
      expect(await peek('health/deliver')).toEqual({ channels, schema: 1 });
    });

    check('that cannot be read is an error that names the document', async ({ store, plant }) => {
      await plant('health/deliver', { schema: 1, channels: { pager: 'well' } });
      await expect(store.loadChannels()).rejects.toMatchObject({
        code: 'ERR_DOCUMENT',
        message: expect.stringContaining('health/deliver'),
      });
      await plant('health/deliver', { schema: 2, channels: {} });
      await expect(store.loadChannels()).rejects.toMatchObject({ code: 'ERR_DOCUMENT_NEWER' });
    });
  });
}

export function describeSweep(name: string, check: Check): void {
  describe(`${name}: the sweep`, () => {
    check(
      'removes what was settled before a time, page by page, and nothing else',
      async ({ store, peek }) => {
        await commit(store, {
          rows: [
            row({ id: 'a', state: 'sent', dueAt: null, settledAt: someTime - 3 }),
            row({ id: 'b', state: 'failed', dueAt: null, settledAt: someTime - 2 }),
            row({ id: 'c', state: 'sent', dueAt: null, settledAt: someTime - 1 }),
            row({ id: 'd', state: 'sent', dueAt: null, settledAt: someTime }),
            row({ id: 'e', createdAt: someTime - 100, dueAt: someTime - 100 }),
          ],
        });
        expect(await store.removeSettled(someTime, 2)).toBe(2);
        expect(await store.removeSettled(someTime, 2)).toBe(1);
        expect(await store.removeSettled(someTime, 2)).toBe(0);
        for (const id of ['a', 'b', 'c']) expect(await peek(`outbox/${id}`), id).toBeNull();
        for (const id of ['d', 'e']) expect(await peek(`outbox/${id}`), id).not.toBeNull();
      },
    );

    check('removes rows that cannot be read as well, once they are old', async ({ store, plant, peek }) => {
      await plant('outbox/broken', { settledAt: 5, what: 'ever' });
      expect(await store.removeSettled(someTime, 10)).toBe(1);
      expect(await peek('outbox/broken')).toBeNull();
    });

    check('takes dead leases away, and lets those that live', async ({ store, other, peek, plant }) => {
      const dead = row({ id: 'dead', lease: 'x', attempts: 1, dueAt: someTime - 10 });
      const waiting = row({ id: 'waiting', dueAt: someTime - 10 });
      const alive = row({ id: 'alive', lease: 'y', attempts: 1, dueAt: someTime + 1 });
      await commit(store, { rows: [dead, waiting, alive] });
      await plant('outbox/broken', { dueAt: someTime - 20 });
      const sweep = { endedBefore: someTime, at: someTime + 7, limit: 10 };
      expect(await store.releaseLeases(sweep)).toEqual(['dead']);
      expect(await other.releaseLeases(sweep)).toEqual([]);
      expect(await peek('outbox/dead')).toEqual({ ...dead, lease: null, dueAt: someTime + 7, schema: 4 });
      expect(await peek('outbox/waiting')).toEqual({ ...waiting, schema: 4 });
      expect(await peek('outbox/alive')).toEqual({ ...alive, schema: 4 });
    });

    check('knows whose houses there are, and forgets one with its events', async ({ store, peek }) => {
      expect(await store.heardSites(10)).toEqual([]);
      await hearBeat(store, 'home', 'cluster', someTime);
      await hearBeat(store, 'old', 'cluster', someTime);
      for (const id of ['1', '2', '3']) await store.appendEvent(ackEvent({ id, site: 'old' }));
      await store.appendEvent(ackEvent({ id: '4' }));
      expect([...(await store.heardSites(10))].toSorted()).toEqual(['home', 'old']);
      expect(await store.heardSites(1)).toHaveLength(1);
      expect(await store.removeEvents('old', 2)).toBe(2);
      expect(await store.removeEvents('old', 2)).toBe(1);
      expect(await store.removeEvents('old', 2)).toBe(0);
      await store.removeHeard('old');
      await store.removeHeard('old');
      expect(await store.heardSites(10)).toEqual(['home']);
      expect((await store.loadEvents('home')).events).toHaveLength(1);
      expect(await peek('events/1')).toBeNull();
    });

    check('takes days out of a calendar page by page, and touches no other', async ({ store, plant }) => {
      const days = rollups('2026-11-30', 5);
      await commit(store, { filed: days });
      await commit(store, { state: siteState({ site: 'cabin' }), filed: days });
      const shown = async (site: string) =>
        (await store.readCalendars([site])).calendars.get(site)?.days.map(({ day }) => day);
      expect(await store.trimCalendar('home', { from: '2026-11-29', to: '2026-12-02' }, 2)).toBe(2);
      expect(await store.trimCalendar('home', { from: '2026-11-29', to: '2026-12-02' }, 2)).toBe(1);
      expect(await store.trimCalendar('home', { from: '2026-11-29', to: '2026-12-02' }, 2)).toBe(0);
      expect(await shown('home')).toEqual(['2026-11-29', '2026-11-30']);
      expect(await shown('cabin')).toHaveLength(5);
      expect(await store.trimCalendar('never', { from: '2026-11-29', to: '2026-12-02' }, 2)).toBe(0);
      await plant('history/home', { days: 'broken' });
      expect(await store.trimCalendar('home', { from: '2026-11-29', to: '2026-12-02' }, 2)).toBe(0);
    });

    check('takes days of the future out of a calendar', async ({ store }) => {
      await commit(store, { filed: [...rollups('2026-11-30', 2), ...rollups('2027-01-29', 1)] });
      expect(await store.trimCalendar('home', { from: '2026-09-02', to: '2026-12-02' }, 10)).toBe(1);
      const { calendars } = await store.readCalendars(['home']);
      expect(calendars.get('home')?.days.map(({ day }) => day)).toEqual(['2026-11-29', '2026-11-30']);
    });

    check('leaves what is no day of a calendar as it is', async ({ store, plant, peek }) => {
      await plant('history/home', {
        days: { '2026-11-01': 'x', '2026-11-01_17': 4, other: 'y', '2026-13-01': 'z' },
      });
      expect(await store.trimCalendar('home', { from: '2026-11-29', to: '2026-12-02' }, 10)).toBe(2);
      expect(await peek('history/home')).toEqual({ days: { other: 'y', '2026-13-01': 'z' } });
    });

    check('removes days of one site page by page, those in parts as well', async ({ store, plant, peek }) => {
      const days = rollups('2026-11-30', 4);
      for (const site of ['home', 'home-2']) {
        // oxlint-disable-next-line no-await-in-loop -- a site after another
        await commit(store, { state: siteState({ site }), filed: days });
      }
      await plant('history/home_2026-11-28_17', { what: 'ever' });
      expect(await store.removeDays('home', '2026-11-29', 2)).toBe(2);
      expect(await store.removeDays('home', '2026-11-29', 2)).toBe(1);
      expect(await store.removeDays('home', '2026-11-29', 2)).toBe(0);
      const left = async (site: string) =>
        (await store.readDays(site, '2026-01-01', '2026-12-31')).days.length;
      expect(await left('home')).toBe(2);
      expect(await left('home-2')).toBe(4);
      expect(await peek('history/home'), 'the calendar is no day').not.toBeNull();
    });
  });
}
