// What every store promises; run on memory, on our emulator, and on another emulator where there is one.
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarDayOf } from '../../functions/domain/history/calendar.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { mostWaiting, type Store } from '../../functions/stores/store.ts';
import { describeHistory } from './history-contract.ts';
import { describeStandbys } from './standby-contract.ts';
import { describeHealth, describeSweep } from './sweep-contract.ts';
import { hearBeat, hearPort, hearPower } from '../support/heard.ts';
import { ackEvent, commit, incident, row, siteState, someTime, stateWith } from '../support/documents.ts';
import { anyIncident, anyRow, anySite } from './arbitraries.ts';
import { anyDay } from './kept-arbitraries.ts';
import type { Bench } from './bench.ts';

const lease = (name: string, at = someTime) => ({ at, leaseMs: 60_000, lease: name });

async function withBench(open: () => Bench, work: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = open();
  try {
    await work(bench);
  } finally {
    await bench.close();
  }
}

export function describeStore(
  name: string,
  open: () => Bench,
  options: { readonly runs?: number } = {},
): void {
  const check = (title: string, work: (bench: Bench) => Promise<void>): void => {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both come from the caller
    test(title, () => withBench(open, work));
  };

  describeHealth(name, check);
  describeSweep(name, check);
  describeStandbys(name, check);
  describeHistory(name, check);

  describe(`${name}: a site`, () => {
    check('that was never watched is nothing, and is created by its first tick', async ({ store, peek }) => {
      const { memory, base } = await store.loadSite('home');
      expect(memory).toBeNull();
      const state = siteState();
      expect(
        await store.commitSite({
          base,
          memory: { state, incidents: {} },
          touched: [],
          rows: [],
          wanted: [],
          filed: [],
        }),
      ).toBe('committed');
      expect(await peek('sites/home')).toEqual({ ...state, schema: 8 });
      expect((await store.loadSite('home')).memory).toEqual({ state, incidents: {} });
    });

    check('comes with its open incidents and no others', async ({ store }) => {
      const open = incident();
      const closed = incident({ id: 'old', resolvedAt: someTime });
      const recovering = incident({ id: 'target', subject: { kind: 'target', id: 'rpc' } });
      const state = siteState({
        subjects: {
          'site/home': { phase: 'open', kind: 'dark', severity: 'critical', incident: open.id },
          'target/rpc': {
            phase: 'recovering',
            kind: 'unreachable',
            severity: 'warning',
            incident: 'target',
            since: someTime,
          },
          'target/ssh': { phase: 'suspected', kind: 'unreachable', since: someTime, ticks: 1 },
        },
      });
      await commit(store, { state, touched: [open, closed, recovering] });
      const expected = { state, incidents: { [open.id]: open, target: recovering } };
      expect((await store.loadSite('home')).memory).toEqual(expected);
      expect(await store.readSites(['home', 'never', 'home'])).toEqual(new Map([['home', expected]]));
      expect(await store.readSites([])).toEqual(new Map());
    });

    check('is replaced as a whole: what the next state does not have is gone', async ({ store, peek }) => {
      const open = incident({ lastMessage: { pager: 'a', mail: 'b' } });
      await commit(store, { state: stateWith([open]), touched: [open] });
      const { base } = await store.loadSite('home');
      const state = siteState({ nextDueAt: someTime });
      const closed: Incident = { ...open, resolvedAt: someTime, lastMessage: { mail: 'c' }, evidence: [] };
      await store.commitSite({
        base,
        memory: { state, incidents: {} },
        touched: [closed],
        rows: [],
        wanted: [],
        filed: [],
      });
      expect(await peek('sites/home')).toEqual({ ...state, schema: 8 });
      expect(await peek(`incidents/${open.id}`)).toEqual({ ...closed, schema: 4 });
    });

    check('is not written when it was written meanwhile', async ({ store, other }) => {
      await commit(store, {});
      const { base } = await store.loadSite('home');
      await commit(other, { state: siteState({ nextDueAt: 1 }) });
      const late = { state: siteState({ nextDueAt: 2 }), incidents: {} };
      const change = { base, memory: late, touched: [incident()], rows: [row()], wanted: [], filed: [] };
      expect(await store.commitSite(change)).toBe('conflict');
      const { memory } = await store.loadSite('home');
      expect(memory?.state.nextDueAt).toBe(1);
      expect((await store.dueRows(someTime, 10)).rows).toEqual([]);
    });

    check('is not written when it was created meanwhile', async ({ store, other }) => {
      const { base } = await store.loadSite('home');
      await commit(other, { state: siteState({ nextDueAt: 1 }) });
      const memory = { state: siteState({ nextDueAt: 2 }), incidents: {} };
      expect(await store.commitSite({ base, memory, touched: [], rows: [], wanted: [], filed: [] })).toBe(
        'conflict',
      );
      expect((await store.loadSite('home')).memory?.state.nextDueAt).toBe(1);
    });

    check(
      'is not written when an incident that it changes was changed meanwhile',
      async ({ store, plant, peek }) => {
        const open = incident();
        const state = stateWith([open]);
        await commit(store, { state, touched: [open] });
        const { base } = await store.loadSite('home');
        await plant(`incidents/${open.id}`, { ...open, schema: 4, summary: 'by somebody else' });
        const memory = { state: { ...state, nextDueAt: 3 }, incidents: {} };
        expect(
          await store.commitSite({ base, memory, touched: [open], rows: [], wanted: [], filed: [] }),
        ).toBe('conflict');
        expect(await peek('sites/home')).toEqual({ ...state, schema: 8 });
      },
    );

    check(
      'is not written when a new incident or a message of its exists already',
      async ({ store, peek }) => {
        await commit(store, { touched: [incident()], rows: [row()], wanted: [] });
        const { base } = await store.loadSite('home');
        const memory = { state: siteState({ nextDueAt: 4 }), incidents: {} };
        expect(
          await store.commitSite({
            base,
            memory,
            touched: [incident({ rounds: 9 })],
            rows: [],
            wanted: [],
            filed: [],
          }),
        ).toBe('conflict');
        expect(
          await store.commitSite({
            base,
            memory,
            touched: [],
            rows: [row({ attempts: 9 })],
            wanted: [],
            filed: [],
          }),
        ).toBe('conflict');
        expect(await peek('sites/home')).toEqual({ ...siteState(), schema: 8 });
        expect(await peek(`outbox/${row().id}`)).toEqual({ ...row(), schema: 4 });
      },
    );

    check('takes exactly one of two ticks that commit at the same time', async ({ store, other }) => {
      await commit(store, {});
      for (let round = 1; round <= 20; round += 1) {
        const ends = await Promise.all([
          commit(store, { state: siteState({ nextDueAt: round }) }),
          commit(other, { state: siteState({ nextDueAt: -round }) }),
        ]);
        // Both may win one after the other; what must not be is that neither does.
        expect(ends, `round ${round}`).toContain('committed');
      }
      for (let round = 1; round <= 20; round += 1) {
        const bases = await Promise.all([store.loadSite('home'), other.loadSite('home')]);
        const write = (client: Store, place: 0 | 1) =>
          client.commitSite({
            base: bases[place].base,
            memory: { state: siteState({ nextDueAt: 2 * round + place }), incidents: {} },
            touched: [],
            rows: [],
            wanted: [],
            filed: [],
          });
        const ends = await Promise.all([write(store, 0), write(other, 1)]);
        expect(ends.toSorted(), `round ${round}`).toEqual(['committed', 'conflict']);
        expect((await store.loadSite('home')).memory?.state.nextDueAt, `round ${round}`).toBe(
          2 * round + ends.indexOf('committed'),
        );
      }
    });

    check('with the document of another site is not touched', async ({ store }) => {
      await commit(store, { state: siteState({ site: 'home' }) });
      const { base } = await store.loadSite('home');
      await commit(store, { state: siteState({ site: 'cabin' }) });
      const memory = { state: siteState(), incidents: {} };
      expect(await store.commitSite({ base, memory, touched: [], rows: [], wanted: [], filed: [] })).toBe(
        'committed',
      );
      expect([...(await store.readSites(['home', 'cabin'])).keys()]).toEqual(['home', 'cabin']);
    });
  });

  describe(`${name}: a document that cannot be read`, () => {
    const broken = { ...siteState(), schema: 8, createdAt: 'yesterday' };
    const newer = { schema: 9, everything: { is: 'different' } };

    check(
      'is named by its site with the first bad path, and left as it is',
      async ({ store, plant, peek }) => {
        await plant('sites/home', broken);
        const error = { code: 'ERR_DOCUMENT', message: expect.stringMatching(/^sites\/home .*createdAt/) };
        await expect(store.loadSite('home')).rejects.toMatchObject(error);
        await expect(store.readSites(['home'])).rejects.toMatchObject(error);
        expect(await peek('sites/home')).toEqual(broken);
      },
    );

    check('because it is newer is named, and left as it is', async ({ store, plant, peek }) => {
      await plant('sites/home', newer);
      await plant('heartbeats/home', newer);
      await expect(store.loadSite('home')).rejects.toMatchObject({ code: 'ERR_DOCUMENT_NEWER' });
      await expect(store.loadHeard('home')).rejects.toMatchObject({ code: 'ERR_DOCUMENT_NEWER' });
      await expect(hearBeat(store, 'home', 'a', 1)).rejects.toMatchObject({
        code: 'ERR_DOCUMENT_NEWER',
        message: expect.stringContaining('heartbeats/home'),
      });
      expect(await peek('sites/home')).toEqual(newer);
      expect(await peek('heartbeats/home')).toEqual(newer);
    });

    check('among incidents is named, as is one that is missing', async ({ store, plant }) => {
      const open = incident();
      await commit(store, { state: stateWith([open]) });
      await expect(store.loadSite('home')).rejects.toMatchObject({
        code: 'ERR_DOCUMENT',
        message: `incidents/${open.id} is missing, although sites/home says that it is open`,
      });
      await plant(`incidents/${open.id}`, { ...open, schema: 4, rounds: null });
      await expect(store.loadSite('home')).rejects.toMatchObject({
        code: 'ERR_DOCUMENT',
        message: expect.stringMatching(/^incidents\/.* rounds/),
      });
    });

    check(
      'in the outbox is reported and does not keep the others back, however many there are',
      async ({ store, plant }) => {
        for (let index = 0; index < 7; index += 1) {
          await plant(`outbox/bad${index}`, {
            ...row({ id: `bad${index}`, dueAt: someTime - 100 }),
            schema: index === 0 ? 9 : 3,
            notice: null,
          });
        }
        await commit(store, { rows: [row({ id: 'good' }), row({ id: 'second', dueAt: someTime - 1 })] });
        const due = await store.dueRows(someTime, 2);
        expect(due.rows.map((each) => each.id)).toEqual(['second', 'good']);
        expect(due.broken).toHaveLength(7);
        expect(due.broken.join()).toContain('outbox/bad3');
        expect(due.broken.join()).toContain('newer');
        await expect(store.claimRow('bad3', lease('a'))).rejects.toMatchObject({ code: 'ERR_DOCUMENT' });
        expect(await store.claimRow('good', lease('a'))).toMatchObject({ attempts: 1 });
      },
    );

    check('and that a message comes after keeps it back no longer', async ({ store, plant }) => {
      await plant('outbox/bad', { ...row({ id: 'bad' }), schema: 4, notice: null });
      await commit(store, { rows: [row({ id: 'good', after: ['bad', 'missing'] })] });
      expect(await store.claimRow('good', lease('a'))).toMatchObject({ id: 'good' });
    });
  });

  describe(`${name}: the outbox`, () => {
    const rows = (...some: Partial<OutboxRow>[]): OutboxRow[] => some.map((each) => row(each));

    check('gives what is due, earliest first, and no more than asked for', async ({ store }) => {
      await commit(store, {
        rows: rows(
          { id: 'c', dueAt: someTime },
          { id: 'a', dueAt: someTime - 2 },
          { id: 'b', dueAt: someTime - 1, site: 'cabin' },
          { id: 'later', dueAt: someTime + 1 },
          { id: 'sent', state: 'sent', dueAt: null, settledAt: someTime - 5 },
        ),
      });
      const ids = async (at: number, limit: number) =>
        (await store.dueRows(at, limit)).rows.map((each) => each.id);
      expect(await ids(someTime, 10)).toEqual(['a', 'b', 'c']);
      expect(await ids(someTime, 2)).toEqual(['a', 'b']);
      expect(await ids(someTime - 3, 10)).toEqual([]);
      expect((await store.dueRows(someTime - 2, 10)).rows[0]).toEqual(row({ id: 'a', dueAt: someTime - 2 }));
    });

    check(
      'knows when a site has something due next, and since when something waits for a channel',
      async ({ store, plant }) => {
        const nothing = { nextDueAt: null, waiting: {} };
        expect(await store.loadWaiting('home')).toEqual(nothing);
        await commit(store, {
          rows: rows(
            { id: 'a', dueAt: someTime + 2, createdAt: someTime - 9 },
            { id: 'b', dueAt: someTime + 1 },
            { id: 'c', dueAt: someTime, site: 'cabin', createdAt: someTime - 20 },
            { id: 'd', state: 'failed', dueAt: null, createdAt: someTime - 30 },
            { id: 'e', dueAt: someTime + 3, channel: 'mail', createdAt: someTime - 4 },
          ),
        });
        expect(await store.loadWaiting('home')).toEqual({
          nextDueAt: someTime + 1,
          waiting: { pager: someTime - 9, mail: someTime - 4 },
        });
        expect(await store.loadWaiting('cabin')).toEqual({
          nextDueAt: someTime,
          waiting: { pager: someTime - 20 },
        });
        expect(await store.loadWaiting('barn')).toEqual(nothing);
        await plant('outbox/broken', { site: 'barn', dueAt: someTime, channel: 7, schema: 4 });
        expect(await store.loadWaiting('barn'), 'a broken one waits as well').toEqual({
          nextDueAt: someTime,
          waiting: {},
        });
      },
    );

    check('looks at the waiting ones of a site that are due first, and at no more', async ({ store }) => {
      const many = Array.from({ length: mostWaiting + 1 }, (_, index) => ({
        id: `row${index}`,
        dueAt: someTime + index,
        createdAt: someTime - index,
      }));
      await commit(store, { rows: rows(...many) });
      expect((await store.loadWaiting('home')).waiting).toEqual({ pager: someTime - mostWaiting + 1 });
    });

    check('lends a due row to one deliverer, and counts the attempt', async ({ store, other, peek }) => {
      await commit(store, { rows: rows({ id: 'a' }) });
      const claimed = row({ id: 'a', attempts: 1, lease: 'mine', dueAt: someTime + 60_000 });
      expect(await store.claimRow('a', lease('mine'))).toEqual(claimed);
      expect(await peek('outbox/a')).toEqual({ ...claimed, schema: 4 });
      expect(await other.claimRow('a', lease('yours'))).toBeNull();
      expect(await other.claimRow('a', lease('yours', someTime + 59_999))).toBeNull();
      expect((await other.dueRows(someTime, 10)).rows).toEqual([]);
      expect(await store.claimRow('missing', lease('mine'))).toBeNull();
    });

    check(
      'lends a row again when its lease is over, and hears no more of the old one',
      async ({ store, other }) => {
        await commit(store, { rows: rows({ id: 'a' }) });
        await store.claimRow('a', lease('mine'));
        const at = someTime + 60_000;
        expect((await other.dueRows(at, 10)).rows.map((each) => each.id)).toEqual(['a']);
        expect(await other.claimRow('a', lease('yours', at))).toMatchObject({ attempts: 2, lease: 'yours' });
        expect(await store.settleRow('a', 'mine', { state: 'sent', at, outcome: 'x' })).toBe(false);
        expect(await other.settleRow('a', 'yours', { state: 'sent', at, outcome: 'x' })).toBe(true);
      },
    );

    check('gives a row to exactly one of two that want it, 50 times', async ({ store, other }) => {
      for (let round = 0; round < 50; round += 1) {
        const id = `row${round}`;
        await commit(store, { rows: rows({ id }) });
        const claims = await Promise.all([
          store.claimRow(id, lease('mine')),
          other.claimRow(id, lease('yours')),
        ]);
        const winners = claims.filter((claim) => claim !== null);
        expect(winners, `round ${round}`).toHaveLength(1);
        expect(winners[0]?.attempts, `round ${round}`).toBe(1);
      }
    });

    check('gives a claim back that was made already, as when its answer was lost', async ({ store }) => {
      await commit(store, { rows: rows({ id: 'a' }) });
      const claimed = await store.claimRow('a', lease('mine'));
      expect(await store.claimRow('a', lease('mine'))).toEqual(claimed);
    });

    check(
      'records each end of an attempt, once, and only for whoever holds the row',
      async ({ store, peek }) => {
        await commit(store, { rows: rows({ id: 'a' }, { id: 'b' }, { id: 'c' }) });
        for (const id of ['a', 'b', 'c']) await store.claimRow(id, lease(id));
        const at = someTime + 5;
        expect(await store.settleRow('a', 'somebody', { state: 'sent', at, outcome: 'x' })).toBe(false);
        expect(await store.settleRow('a', 'a', { state: 'sent', at, outcome: 'HTTP 204' })).toBe(true);
        expect(await store.settleRow('a', 'a', { state: 'failed', at, outcome: 'x' })).toBe(false);
        expect(await store.settleRow('b', 'b', { state: 'failed', at, outcome: 'HTTP 404' })).toBe(true);
        expect(
          await store.settleRow('c', 'c', { state: 'waiting', dueAt: at + 7, outcome: 'HTTP 500' }),
        ).toBe(true);
        expect(await store.settleRow('missing', 'c', { state: 'sent', at, outcome: 'x' })).toBe(false);
        const base = { schema: 4, attempts: 1, lease: null };
        expect(await peek('outbox/a')).toEqual({
          ...row({ id: 'a' }),
          ...base,
          state: 'sent',
          dueAt: null,
          settledAt: at,
          outcome: 'HTTP 204',
        });
        expect(await peek('outbox/b')).toEqual({
          ...row({ id: 'b' }),
          ...base,
          state: 'failed',
          dueAt: null,
          settledAt: at,
          outcome: 'HTTP 404',
        });
        expect(await peek('outbox/c')).toEqual({
          ...row({ id: 'c' }),
          ...base,
          dueAt: at + 7,
          outcome: 'HTTP 500',
        });
        expect(await store.claimRow('a', lease('again', at + 99))).toBeNull();
        expect(await store.claimRow('c', lease('again', at + 6))).toBeNull();
        expect(await store.claimRow('c', lease('again', at + 7))).toMatchObject({ attempts: 2 });
      },
    );

    check('puts a row off until the one that it comes after has had its time', async ({ store, peek }) => {
      await commit(store, { rows: rows({ id: 'page' }, { id: 'end', after: ['page'] }) });
      expect(await store.claimRow('end', lease('a'))).toBeNull();
      await store.claimRow('page', lease('b'));
      expect(await store.claimRow('end', lease('a'))).toBeNull();
      expect(await peek('outbox/end')).toMatchObject({ dueAt: someTime + 60_000, attempts: 0, lease: null });
      await store.settleRow('page', 'b', { state: 'sent', at: someTime, outcome: 'x' });
      expect(await store.claimRow('end', lease('a', someTime + 60_000))).toMatchObject({ attempts: 1 });
    });

    check('sends what comes after a message that was given up', async ({ store }) => {
      await commit(store, { rows: rows({ id: 'page' }, { id: 'end', after: ['page'] }) });
      await store.claimRow('page', lease('b'));
      await store.settleRow('page', 'b', { state: 'failed', at: someTime, outcome: 'x' });
      expect(await store.claimRow('end', lease('a'))).toMatchObject({ id: 'end', attempts: 1 });
    });
  });

  describe(`${name}: the inbox`, () => {
    check('is nothing before the first news', async ({ store }) => {
      expect(await store.loadHeard('home')).toBeNull();
    });

    check(
      'keeps the latest beat of each source and the latest power, whatever order they come in',
      async ({ store, other, peek }) => {
        await hearBeat(store, 'home', 'ups', 10);
        await hearPower(other, 'home', { state: 'on-battery', at: 20 });
        await hearBeat(other, 'home', 'alertmanager', 30);
        await hearBeat(store, 'home', 'alertmanager', 29);
        await hearPower(store, 'home', { state: 'online', at: 19 });
        const heard = await store.loadHeard('home');
        expect(heard).toMatchObject({
          beats: { ups: { sentAt: 20 }, alertmanager: { sentAt: 30 } },
          power: { ups: { state: 'on-battery', at: 20 } },
          waiting: 0,
        });
        expect(await peek('heartbeats/home')).toEqual({ ...heard, schema: 4 });
        expect(await store.loadHeard('cabin')).toBeNull();
      },
    );

    check('keeps the ports that a house tells, whoever writes beside', async ({ store, other }) => {
      await hearPort(store, 'home', { target: 'eth', port: 41_000, validUntil: 99, at: 10 });
      await hearBeat(other, 'home', 'ups', 20);
      await hearPort(store, 'home', { target: 'rpc', port: 42_000, validUntil: 99, at: 30 });
      expect(await other.loadHeard('home')).toMatchObject({
        beats: { ups: { sentAt: 20 }, cluster: { sentAt: 30 } },
        ports: [
          { target: 'rpc', port: 42_000, since: 30 },
          { target: 'eth', port: 41_000, since: 10 },
        ],
      });
    });

    check('takes no news for old because it was so when this client last wrote', async ({ store, other }) => {
      const { after: first } = await store.changePulse('home', (pulse) => pulse);
      await hearPower(other, 'home', { state: 'on-battery', at: 20 });
      const looked = await store.changePulse('home', (pulse) => pulse);
      expect(looked.before).toMatchObject({ power: { ups: { state: 'on-battery' } } });
      // What it would make of it is what it wrote last, and yet is not what stands there now.
      await store.changePulse('home', () => first);
      expect(await store.loadHeard('home')).toMatchObject({ power: {} });
    });

    check('loses no beat of sources that send at the same time', async ({ store, other }) => {
      const sources = Array.from({ length: 8 }, (_, index) => `source${index}`);
      await Promise.all(
        sources.map((source, index) => hearBeat(index % 2 === 0 ? store : other, 'home', source, index)),
      );
      expect(Object.keys((await store.loadHeard('home'))?.beats ?? {}).toSorted()).toEqual(sources);
    });
  });

  describe(`${name}: refused calls`, () => {
    check('are noted by key, the latest of each', async ({ store, other, peek }) => {
      expect(await store.loadPressure()).toEqual({});
      await Promise.all([store.notePressure('home/ups', 10), other.notePressure('all', 20)]);
      await other.notePressure('home/ups', 30);
      expect(await store.loadPressure()).toEqual({ 'home/ups': 30, all: 20 });
      expect(await peek('pressure/heartbeat')).toMatchObject({ schema: 1 });
    });
  });

  describe(`${name}: what people said`, () => {
    const ids = async (store: Store): Promise<string[]> =>
      (await store.loadEvents('home')).events.map((each) => each.id);
    const waiting = async (store: Store): Promise<number> => (await store.loadHeard('home'))?.waiting ?? 0;

    check('waits in order, counted, until it is forgotten', async ({ store, other }) => {
      await store.appendEvent(ackEvent({ id: 'b', at: 2 }));
      await other.appendEvent(ackEvent({ id: 'a', at: 1 }));
      await store.appendEvent(ackEvent({ id: 'c', at: 3, site: 'cabin' }));
      expect(await ids(store)).toEqual(['a', 'b']);
      expect(await waiting(store)).toBe(2);
      await other.forgetEvents('home', ['a']);
      expect(await ids(store)).toEqual(['b']);
      expect(await waiting(store)).toBe(1);
      expect((await store.loadEvents('cabin')).events).toEqual([ackEvent({ id: 'c', at: 3, site: 'cabin' })]);
    });

    check('is kept once, and forgotten once, however often that is asked for', async ({ store }) => {
      await store.appendEvent(ackEvent({ id: 'a' }));
      await store.appendEvent(ackEvent({ id: 'a', by: 'somebody else' }));
      expect((await store.loadEvents('home')).events).toEqual([ackEvent({ id: 'a' })]);
      expect(await waiting(store)).toBe(1);
      await store.forgetEvents('home', ['a', 'never there']);
      await store.forgetEvents('home', ['a']);
      await store.forgetEvents('home', []);
      expect(await waiting(store)).toBe(0);
    });

    check('is not lost beside beats that come at the same time', async ({ store, other }) => {
      const all = Array.from({ length: 8 }, (_, index) => index);
      await Promise.all(
        all.flatMap((index) => [
          store.appendEvent(ackEvent({ id: `e${index}`, at: index })),
          hearBeat(other, 'home', `s${index}`, index),
        ]),
      );
      expect(await ids(store)).toHaveLength(8);
      expect(await waiting(store)).toBe(8);
      expect(Object.keys((await store.loadHeard('home'))?.beats ?? {})).toHaveLength(8);
    });

    check("and cannot be read is named, and is in nobody's way", async ({ store, plant }) => {
      await plant('events/bad', { ...ackEvent({ id: 'bad' }), schema: 1, severity: 'enormous' });
      await store.appendEvent(ackEvent({ id: 'good' }));
      const { events, broken } = await store.loadEvents('home');
      expect(events.map((each) => each.id)).toEqual(['good']);
      expect(broken).toEqual([expect.stringContaining('events/bad')]);
    });
  });

  describe(`${name}: incidents`, () => {
    check('of a site come newest first, closed ones among them', async ({ store }) => {
      const touched = [1, 3, 2].map((day) =>
        incident({ id: `i${day}`, openedAt: someTime + day, resolvedAt: day === 3 ? someTime + 9 : null }),
      );
      await commit(store, { touched: [...touched, incident({ id: 'other', site: 'cabin' })] });
      expect((await store.recentIncidents('home', 2)).map((each) => each.id)).toEqual(['i3', 'i2']);
      expect(await store.recentIncidents('nowhere', 2)).toEqual([]);
    });

    check('come with the messages about them that are still there', async ({ store }) => {
      const told = incident({ messages: ['first', 'gone', 'second'] });
      const rows = ['second', 'first'].map((id) => row({ id }));
      await commit(store, { touched: [told], rows });
      expect(await store.readIncident(told.id)).toEqual({
        incident: told,
        rows: [row({ id: 'first' }), row({ id: 'second' })],
      });
      expect(await store.readIncident('nobody')).toBeNull();
    });
  });

  describe(`${name}: any documents`, () => {
    let bench: Bench;
    beforeAll(() => {
      bench = open();
    });
    afterAll(() => bench.close());
    const property = { numRuns: options.runs ?? 100 };

    test('of a site come back as they went in', async () => {
      await fc.assert(
        fc.asyncProperty(anySite, async (any) => {
          const state = { ...any, subjects: {} };
          expect(await commit(bench.store, { state })).toBe('committed');
          expect((await bench.store.loadSite(state.site)).memory?.state).toEqual(state);
        }),
        property,
      );
    });

    test('of history come back as they went in', async () => {
      await fc.assert(
        fc.asyncProperty(anyDay, fc.uuid(), async (any, site) => {
          expect(await commit(bench.store, { state: siteState({ site }), filed: [any] })).toBe('committed');
          expect(await bench.store.readDays(site, any.day, any.day)).toEqual({ days: [any], broken: [] });
          const { calendars, broken } = await bench.store.readCalendars([site]);
          expect(broken).toEqual([]);
          expect(calendars.get(site)?.days).toEqual([calendarDayOf(any)]);
        }),
        property,
      );
    });

    test('of subjects and incidents come back as they went in', async () => {
      await fc.assert(
        fc.asyncProperty(anySite, anyIncident, fc.uuid(), async (site, some, id) => {
          const open: Incident = { ...some, id };
          const state = { ...site, subjects: stateWith([open]).subjects };
          expect(await commit(bench.store, { state, touched: [open] })).toBe('committed');
          expect((await bench.store.loadSite(site.site)).memory).toEqual({
            state,
            incidents: { [id]: open },
          });
        }),
        property,
      );
    });

    test('of the outbox come back as they went in', async () => {
      await fc.assert(
        fc.asyncProperty(anyRow, fc.uuid(), async (some, id) => {
          const waiting: OutboxRow = {
            ...some,
            id,
            state: 'waiting',
            dueAt: someTime,
            lease: null,
            after: [],
          };
          await commit(bench.store, { state: siteState(), rows: [waiting] });
          const claimed = await bench.store.claimRow(id, lease('x'));
          expect(claimed).toEqual({
            ...waiting,
            attempts: waiting.attempts + 1,
            lease: 'x',
            dueAt: someTime + 60_000,
          });
        }),
        property,
      );
    });
  });
}
