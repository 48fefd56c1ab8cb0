// Delivery: everything due goes out, in order, whatever one channel, one row or the store does; and nothing is lost by dying.
import { describe, expect, test } from 'vitest';
import type { ChannelContext, Delivery, Message, Send } from '../../functions/channels/channel.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { giveUpMs } from '../../functions/domain/retry.ts';
import { deliver, type DeliverSummary, type DeliverWorld } from '../../functions/flows/deliver.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { rowCodec } from '../../functions/stores/documents.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { OutboxStore } from '../../functions/stores/store.ts';
import { mortal, type Moment, type Mortal } from '../support/crash.ts';
import { commit, notice, noticeItem, row, siteState, someTime } from '../support/documents.ts';

const sent: Delivery = { sent: true, detail: 'HTTP 200' };
const busy = (afterMs?: number): Delivery => ({
  sent: false,
  again: true,
  reason: 'server-error',
  detail: 'HTTP 503',
  ...(afterMs === undefined ? {} : { afterMs }),
});
const final: Delivery = { sent: false, again: false, reason: 'client-error', detail: 'HTTP 404' };
const nothing: DeliverSummary = { sent: 0, failed: 0, postponed: 0, left: 0, broken: [], errors: [] };

type Office = {
  readonly shelf: Shelf;
  readonly store: ReturnType<typeof openMemoryStore>;
  readonly received: Message[];
  readonly contexts: ChannelContext[];
  readonly slept: number[];
  now: number;
  readonly write: (...rows: Partial<OutboxRow>[]) => Promise<void>;
  readonly row: (id: string) => OutboxRow;
  readonly run: (over?: Over) => Promise<DeliverSummary>;
};
type Over = {
  readonly channels?: Readonly<Record<string, Send>>;
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  readonly life?: Mortal;
  readonly world?: Partial<DeliverWorld>;
};

/** An outbox with a clock that moves only when somebody sleeps, and a channel `pager` that takes everything. */
function office(): Office {
  const shelf: Shelf = new Map();
  const store = openMemoryStore(shelf);
  let leases = 0;
  const self: Office = {
    shelf,
    store,
    received: [],
    contexts: [],
    slept: [],
    now: someTime,
    write: async (...rows) => {
      expect(await commit(store, { state: siteState(), rows: rows.map((each) => row(each)) })).toBe(
        'committed',
      );
    },
    row: (id) => rowCodec.read(id, shelf.get(`outbox/${id}`)?.fields),
    run: (over = {}) => {
      const life = over.life ?? mortal(Number.POSITIVE_INFINITY, 'before');
      const pager: Send = async (message, context) => {
        self.received.push(message);
        self.contexts.push(context);
        return sent;
      };
      const channels = Object.entries({ pager, ...over.channels });
      return deliver(
        {
          store: life.door<OutboxStore>(openMemoryStore(shelf)),
          clock: {
            now: () => self.now,
            sleep: async (ms) => {
              self.slept.push(ms);
              self.now += ms;
            },
          },
          channels: new Map(channels.map(([id, send]) => [id, life.door(send)])),
          secret: () => 'none',
          linksOf: () => ({ links: {}, code: null, problem: null }),
          print: () => {},
          newLease: () => `lease-${(leases += 1)}`,
          ...over.world,
        },
        { signal: over.signal ?? new AbortController().signal, budgetMs: over.budgetMs ?? 50_000 },
      );
    },
  };
  return self;
}

const ids = (messages: readonly Message[]): string[] => messages.map((message) => message.id);

describe('what is due', () => {
  test('is nothing when the outbox is empty', async () => {
    expect(await office().run()).toEqual(nothing);
  });

  test('is rendered, sent and recorded, and what is not due yet stays', async () => {
    const box = office();
    await box.write({ id: 'now' }, { id: 'later', dueAt: someTime + 1 });
    expect(await box.run()).toEqual({ ...nothing, sent: 1 });
    expect(box.received).toEqual([
      {
        id: 'now',
        kind: 'opened',
        severity: 'critical',
        site: 'home',
        incidents: [noticeItem().incident],
        thread: noticeItem().incident,
        isThreadOver: false,
        links: {},
        code: null,
        title: 'CRITICAL Home: dark or cut off',
        body: expect.stringContaining('03:13:07 Europe/Berlin'),
        at: someTime,
      },
    ]);
    expect(box.row('now')).toMatchObject({
      state: 'sent',
      outcome: 'HTTP 200',
      attempts: 1,
      settledAt: someTime,
    });
    expect(box.row('later')).toEqual(row({ id: 'later', dueAt: someTime + 1 }));
    expect(await box.run()).toEqual(nothing);
  });

  test('is sent with the attempt’s own deadline and time', async () => {
    const box = office();
    await box.write({ id: 'a' });
    const signal = new AbortController().signal;
    await box.run({ signal, world: { timeoutMs: 1234 } });
    expect(box.contexts[0]).toMatchObject({ timeoutMs: 1234, at: someTime, signal });
  });

  test('goes out in one run however much it is, a few at a time', async () => {
    const box = office();
    await box.write(...Array.from({ length: 250 }, (_, index) => ({ id: `row${index}` })));
    let inside = 0;
    let most = 0;
    const crowd: Send = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return sent;
    };
    const summary = await box.run({ channels: { pager: crowd }, world: { concurrency: 5 } });
    expect(summary).toEqual({ ...nothing, sent: 250 });
    expect(most).toBe(5);
  });
});

describe('order', () => {
  test('a chain of page, change and end goes out in one run and in order, whatever order it is found in', async () => {
    const box = office();
    await box.write(
      { id: 'end', after: ['page', 'change'], dueAt: someTime - 3 },
      { id: 'change', after: ['page'], dueAt: someTime - 2 },
      { id: 'page', dueAt: someTime - 1 },
    );
    expect(await box.run()).toEqual({ ...nothing, sent: 3 });
    expect(ids(box.received)).toEqual(['page', 'change', 'end']);
  });

  test('the end waits for a page that is tried again, and goes out with it', async () => {
    const box = office();
    await box.write({ id: 'page' }, { id: 'end', after: ['page'] });
    const answers = [busy(), sent, sent];
    const flaky: Send = async (message) => {
      box.received.push(message);
      return answers.shift() ?? final;
    };
    expect(await box.run({ channels: { pager: flaky } })).toEqual({ ...nothing, sent: 2, postponed: 1 });
    expect(ids(box.received)).toEqual(['page', 'page', 'end']);
    expect(box.slept).toEqual([5_000]);
  });

  test('the end goes out although its page was given up', async () => {
    const box = office();
    await box.write({ id: 'page' }, { id: 'end', after: ['page'] });
    const answers = [final, sent];
    expect(await box.run({ channels: { pager: async () => answers.shift() ?? final } })).toMatchObject({
      sent: 1,
      failed: 1,
    });
    expect(box.row('end').state).toBe('sent');
  });
});

describe('a channel that fails', () => {
  test('for good ends the message with its reason', async () => {
    const box = office();
    await box.write({ id: 'a' });
    expect(await box.run({ channels: { pager: async () => final } })).toEqual({ ...nothing, failed: 1 });
    expect(box.row('a')).toMatchObject({ state: 'failed', dueAt: null, outcome: 'client-error: HTTP 404' });
  });

  test('for now is tried again later, within the run only when that is soon', async () => {
    const box = office();
    await box.write({ id: 'a' });
    const summary = await box.run({ channels: { pager: async () => busy() } });
    // 5, 10 s are waited for; 20 s is more than the patience.
    expect(summary).toEqual({ ...nothing, postponed: 3 });
    expect(box.slept).toEqual([5_000, 10_000]);
    expect(box.row('a')).toMatchObject({
      state: 'waiting',
      attempts: 3,
      lease: null,
      dueAt: someTime + 35_000,
      outcome: 'server-error: HTTP 503',
    });
  });

  test('and names a time is left alone until then', async () => {
    const box = office();
    await box.write({ id: 'a' });
    await box.run({ channels: { pager: async () => busy(90_000) } });
    expect(box.slept).toEqual([]);
    expect(box.row('a').dueAt).toBe(someTime + 90_000);
  });

  test('for a day is given up', async () => {
    const box = office();
    await box.write({ id: 'a', createdAt: someTime - giveUpMs });
    expect(await box.run({ channels: { pager: async () => busy() } })).toMatchObject({ failed: 1 });
    expect(box.row('a').state).toBe('failed');
  });

  test('because its answer got lost is sent again under the same id: twice is allowed, never is not', async () => {
    const box = office();
    await box.write({ id: 'a' });
    const taken: string[] = [];
    const forgetful: Send = async (message) => {
      taken.push(message.id);
      return taken.length === 1
        ? { sent: false, again: true, reason: 'timeout', detail: 'no answer in time' }
        : sent;
    };
    expect(await box.run({ channels: { pager: forgetful } })).toMatchObject({ sent: 1 });
    expect(taken).toEqual(['a', 'a']);
    expect(box.row('a')).toMatchObject({ state: 'sent', attempts: 2 });
  });

  test('for an hour keeps neither the page nor its end from going out in order, nor another channel from its own', async () => {
    const box = office();
    await box.write(
      { id: 'page', channel: 'dead' },
      { id: 'end', channel: 'dead', after: ['page'], dueAt: someTime + 60_000 },
      { id: 'other' },
    );
    const out: string[] = [];
    const dead: Send = async (message) => {
      if (box.now < someTime + 3_600_000) return busy();
      out.push(message.id);
      return sent;
    };
    await box.run({ channels: { dead } });
    expect(box.row('other').state).toBe('sent');
    // A tick comes each minute and wakes the deliverer for what is due.
    for (let minute = 1; minute <= 66; minute += 1) {
      box.now = Math.max(box.now, someTime + minute * 60_000);
      await box.run({ channels: { dead } });
    }
    expect(out).toEqual(['page', 'end']);
    expect([box.row('page').state, box.row('end').state]).toEqual(['sent', 'sent']);
  });

  test('of two with different times is tried at both', async () => {
    const box = office();
    await box.write({ id: 'a', channel: 'slow' }, { id: 'b', channel: 'quick' });
    const once = (delivery: Delivery): Send => {
      const answers = [delivery];
      return async () => answers.shift() ?? sent;
    };
    const summary = await box.run({ channels: { slow: once(busy(12_000)), quick: once(busy()) } });
    expect(summary).toEqual({ ...nothing, sent: 2, postponed: 2 });
    expect(box.slept).toEqual([5_000, 7_000]);
  });

  test('does not stop the others, nor does one that throws, hides a secret in its error, or is gone', async () => {
    const box = office();
    await box.write(
      { id: 'a', channel: 'broken' },
      { id: 'b', channel: 'removed' },
      { id: 'c', channel: 'bug' },
      { id: 'd', channel: 'secretless' },
      { id: 'e' },
    );
    const summary = await box.run({
      world: { patienceMs: 0 },
      channels: {
        broken: async () => busy(),
        bug: () => Promise.reject(new TypeError('https://hooks.example/hunter2')),
        secretless: () => Promise.reject(new WatchdogError('ERR_SECRET', 'variable HOOK is not there')),
      },
    });
    expect(summary).toEqual({ ...nothing, sent: 1, failed: 1, postponed: 3 });
    expect(box.row('b')).toMatchObject({
      state: 'failed',
      outcome: 'client-error: the channel is not configured any more',
    });
    expect(box.row('c')).toMatchObject({
      state: 'waiting',
      outcome: 'client-error: the channel threw: TypeError',
    });
    expect(box.row('d').outcome).toContain('ERR_SECRET: variable HOOK is not there');
    expect(JSON.stringify([...box.shelf.values()])).not.toContain('hunter2');
  });
});

describe('where a message leads to', () => {
  test('goes with it, and what is wrong with it is told without keeping it back', async () => {
    const box = office();
    await box.write({ id: 'a' });
    const links = { status: 'https://status.example/' };
    const summary = await box.run({
      world: { linksOf: () => ({ links, code: '7K2QM-X0WFD', problem: 'the key is not there' }) },
    });
    expect(summary).toEqual({ ...nothing, sent: 1, errors: ['the key is not there'] });
    expect(box.received).toMatchObject([{ links, code: '7K2QM-X0WFD', thread: notice().thread }]);
  });
});

describe('a row that cannot be read', () => {
  test('is named, and the others go out', async () => {
    const box = office();
    await box.write({ id: 'good' });
    box.shelf.set('outbox/bad', { version: 1, fields: { ...row({ id: 'bad' }), schema: 4, notice: 7 } });
    const summary = await box.run();
    expect(summary).toMatchObject({ sent: 1, errors: [] });
    expect(summary.broken).toEqual([expect.stringMatching(/^outbox\/bad .*notice/)]);
  });
});

describe('time', () => {
  test('is kept: after the budget no further row is begun, and the rest is said to be left', async () => {
    const box = office();
    await box.write({ id: 'a', dueAt: someTime - 2 }, { id: 'b', dueAt: someTime - 1 }, { id: 'c' });
    const slow: Send = async () => {
      box.now += 600;
      return sent;
    };
    const summary = await box.run({ channels: { pager: slow }, budgetMs: 1_000, world: { concurrency: 1 } });
    expect(summary).toEqual({ ...nothing, sent: 2, left: 1 });
    expect(box.row('c')).toMatchObject({ attempts: 0, lease: null });
  });

  test('is not spent on a retry that the budget does not reach', async () => {
    const box = office();
    await box.write({ id: 'a' });
    await box.run({ channels: { pager: async () => busy() }, budgetMs: 4_000 });
    expect(box.slept).toEqual([]);
  });

  test('that is up before the start claims nothing', async () => {
    const box = office();
    await box.write({ id: 'a' });
    expect(await box.run({ signal: AbortSignal.abort() })).toEqual(nothing);
    expect(box.row('a').attempts).toBe(0);
  });

  test('that is up in the middle still records what was sent', async () => {
    const box = office();
    await box.write({ id: 'a', dueAt: someTime - 1 }, { id: 'b' });
    const run = new AbortController();
    const last: Send = async () => {
      run.abort();
      return sent;
    };
    const options = { channels: { pager: last }, signal: run.signal, world: { concurrency: 1 } };
    expect(await box.run(options)).toMatchObject({ sent: 1, left: 1 });
    expect(box.row('a').state).toBe('sent');
    expect(box.row('b').attempts).toBe(0);
  });
});

describe('somebody else', () => {
  test('who has a row is not disturbed', async () => {
    const box = office();
    await box.write({ id: 'a' });
    await box.store.claimRow('a', { at: someTime, leaseMs: 60_000, lease: 'theirs' });
    expect(await box.run()).toEqual(nothing);
    expect(box.row('a').lease).toBe('theirs');
  });

  test('who takes a row over from an attempt that lasted too long is told of', async () => {
    const box = office();
    await box.write({ id: 'a' });
    const slow: Send = async () => {
      box.now += 61_000;
      await box.store.claimRow('a', { at: box.now, leaseMs: 60_000, lease: 'theirs' });
      return sent;
    };
    const summary = await box.run({ channels: { pager: slow }, budgetMs: 1_000 });
    expect(summary).toMatchObject({ sent: 0, errors: ['outbox/a: the attempt outlasted its lease'] });
  });

  test('who runs at the same time sends the other rows: no message goes out twice', async () => {
    const box = office();
    await box.write(...Array.from({ length: 40 }, (_, index) => ({ id: `row${index}` })));
    const [first, second] = await Promise.all([box.run(), box.run()]);
    expect(first.sent + second.sent).toBe(40);
    expect(new Set(ids(box.received)).size).toBe(40);
    expect(box.received).toHaveLength(40);
  });
});

describe('a store in trouble', () => {
  const failing = (store: OutboxStore, over: Partial<OutboxStore>): Over => ({
    world: { store: { ...store, ...over } },
  });
  const down = (): Promise<never> =>
    Promise.reject(new WatchdogError('ERR_STORE', 'the store failed about outbox: UNAVAILABLE'));

  test('that cannot say what is due is an error in the answer', async () => {
    const box = office();
    const summary = await box.run(failing(box.store, { dueRows: down }));
    expect(summary).toEqual({
      ...nothing,
      errors: ['ERR_STORE: the store failed about outbox: UNAVAILABLE'],
    });
  });

  test('with one row only does not keep the others back', async () => {
    const box = office();
    await box.write({ id: 'a' }, { id: 'b' });
    const claimRow: OutboxStore['claimRow'] = (id, claim) =>
      id === 'a' ? down() : box.store.claimRow(id, claim);
    const summary = await box.run(failing(box.store, { claimRow }));
    expect(summary).toMatchObject({
      sent: 1,
      left: 1,
      errors: [expect.stringMatching(/^outbox\/a: ERR_STORE/)],
    });
  });
});

describe('a deliverer that dies', () => {
  const moments: readonly Moment[] = ['before', 'after'];
  const incident = (id: string) => notice({ items: [noticeItem({ incident: id })] });

  test.each(moments)('%s any of its calls loses no message and keeps their order', async (moment) => {
    let deaths = 0;
    for (let k = 1; ; k += 1) {
      const box = office();
      await box.write(
        { id: 'page', notice: incident('i') },
        { id: 'end', notice: { ...incident('i'), kind: 'resolved' }, after: ['page'] },
        { id: 'other', notice: incident('j'), channel: 'flaky' },
        { id: 'refused', notice: incident('j'), channel: 'refusing' },
      );
      let tries = 0;
      const pager: Send = async (message) => {
        box.received.push(message);
        return sent;
      };
      const flaky: Send = (message, context) => {
        tries += 1;
        return tries % 2 === 1 ? Promise.resolve(busy()) : pager(message, context);
      };
      const channels = { pager, flaky, refusing: async () => final };
      const life = mortal(k, moment);
      await box.run({ life, channels });
      // Whatever lease is left ends after a minute; a retry is due before.
      for (let run = 0; run < 3; run += 1) {
        box.now += 61_000;
        await box.run({ channels });
      }
      const where = `${moment} call ${k}`;
      for (const id of ['page', 'end', 'other']) expect(box.row(id).state, `${where}: ${id}`).toBe('sent');
      expect(box.row('refused').state, where).toBe('failed');
      const order = ids(box.received).filter((id) => id !== 'other');
      expect(order.lastIndexOf('page'), where).toBeLessThan(order.indexOf('end'));
      // Dying between sending and recording repeats that one message, and no other.
      expect(box.received.length, where).toBeLessThanOrEqual(4);
      if (!life.isDead()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(12);
  });
});
