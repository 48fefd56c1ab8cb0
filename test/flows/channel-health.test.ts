// A channel that fails is told of by every other one, until something gets through again; the weekly report is such a thing.
import { describe, expect, test } from 'vitest';
import type { Delivery, Message, Send } from '../../functions/channels/channel.ts';
import { deliver, type DeliverSummary } from '../../functions/flows/deliver.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { house, type House } from '../support/house.ts';
import { hour, minute, start, withPolicy } from '../support/site.ts';

type Street = {
  readonly home: House;
  /** `channel: kind problem` of what a channel accepted. */
  readonly received: string[];
  readonly broken: Set<string>;
  readonly calls: string[];
  /** A tick at this time, then all deliveries that are due within it. */
  readonly minuteAt: (at: number) => Promise<DeliverSummary>;
};

const refused: Delivery = { sent: false, again: true, reason: 'auth', detail: 'HTTP 401' };

/** `over` are the numbers of the policy that differ. */
function street(over: Parameters<typeof withPolicy>[0] = {}): Street {
  const rules = withPolicy(
    { remindMs: { critical: null, warning: null, info: null }, ...over },
    { signers: [] },
  );
  const home = house([rules]);
  const received: string[] = [];
  const broken = new Set<string>();
  const calls: string[] = [];
  const channel =
    (id: string): Send =>
    async (message: Message) => {
      if (broken.has(id)) return refused;
      received.push(`${id}: ${message.kind} ${message.incidents[0]?.split('.').slice(1, 3).join('/')}`);
      return { sent: true, detail: 'HTTP 200' };
    };
  const store = (): Store => {
    const members = openMemoryStore(home.shelf);
    return {
      ...members,
      loadWaiting: (site) => (calls.push('loadWaiting'), members.loadWaiting(site)),
      loadChannels: () => (calls.push('loadChannels'), members.loadChannels()),
    };
  };
  let leases = 0;
  return {
    home,
    received,
    broken,
    calls,
    minuteAt: async (at) => {
      home.moveTo(at);
      await home.tick({ store: store() });
      let now = at;
      return deliver(
        {
          store: store(),
          clock: {
            now: () => now,
            sleep: async (ms) => {
              now += ms;
            },
          },
          channels: new Map(['phone', 'mail'].map((id) => [id, channel(id)])),
          secret: () => 'none',
          linksOf: () => ({ links: {}, code: null, problem: null }),
          print: () => {},
          newLease: () => `lease-${(leases += 1)}`,
          patienceMs: 20_000,
        },
        { signal: new AbortController().signal, budgetMs: 50_000 },
      );
    },
  };
}

const health = (home: House): unknown => home.shelf.get('health/deliver')?.fields;
const incidents = (home: House): string[] =>
  [...home.shelf.keys()].filter((path) => path.startsWith('incidents/home.channel.'));

describe('a channel that fails three times', () => {
  test('is one incident that goes to every other channel, and is over once the weekly report got through', async () => {
    const monday = start + 7 * 24 * hour + 6 * hour;
    const { home, received, broken, minuteAt } = street();
    await minuteAt(monday - 4 * 24 * hour);
    broken.add('phone');
    home.broken.add('ssh');
    // One warning, which both channels are to carry.
    for (let tick = 1; tick <= 3; tick += 1) await minuteAt(monday - 4 * 24 * hour + tick * minute);
    expect(health(home)).toMatchObject({ channels: { phone: { failures: 4, outcome: 'auth: HTTP 401' } } });
    for (let tick = 4; tick <= 30; tick += 1) await minuteAt(monday - 4 * 24 * hour + tick * minute);
    expect(incidents(home)).toHaveLength(1);
    expect(received.filter((each) => each.includes('channel/'))).toEqual(['mail: opened channel/phone']);
    expect(received.filter((each) => each.startsWith('phone'))).toEqual([]);

    // The message is given up after a day, and its subject stays in trouble: nothing got through.
    for (let tick = 0; tick < 4; tick += 1) await minuteAt(monday - 2 * 24 * hour + tick * minute);
    home.broken.clear();
    for (let tick = 0; tick < 10; tick += 1) await minuteAt(monday - 24 * hour + tick * minute);
    expect(received.filter((each) => each.includes('resolved channel/'))).toEqual([]);

    broken.clear();
    for (let tick = 0; tick < 6; tick += 1) await minuteAt(monday + tick * minute);
    expect(received.filter((each) => each.includes('report'))).toEqual([
      'phone: report self/report',
      'mail: report self/report',
    ]);
    expect(received.filter((each) => each.includes('resolved channel/'))).toEqual([
      'mail: resolved channel/phone',
    ]);
    expect(health(home)).toMatchObject({ channels: { phone: { failures: 0, failingSince: null } } });
  });

  test('is read of only while something waits or is in trouble', async () => {
    const { home, broken, calls, minuteAt } = street({ report: null });
    let at = start;
    const next = async (): Promise<string[]> => {
      calls.length = 0;
      await minuteAt((at += minute));
      return [...calls];
    };
    const looked = ['loadWaiting', 'loadChannels'];
    await next();
    expect(await next(), 'the steady state').toEqual([]);
    home.broken.add('ssh');
    await next();
    expect(await next(), 'two bad looks, and the message is written').toEqual([]);
    expect(await next(), 'it may still wait').toEqual(looked);
    expect(await next(), 'it was sent').toEqual([]);
    broken.add('phone');
    home.broken.add('rpc');
    await next();
    await next();
    for (let tick = 0; tick < 5; tick += 1) expect(await next()).toEqual(looked);
    broken.clear();
    for (let tick = 0; tick < 9; tick += 1) await next();
    expect(await next(), 'all is said and well').toEqual([]);
  });

  test('is known to nobody when that cannot be read, which the tick says and outlives', async () => {
    const { home, minuteAt } = street();
    await minuteAt(start);
    home.broken.add('ssh');
    await minuteAt(start + minute);
    await minuteAt(start + 2 * minute);
    home.shelf.set('health/deliver', { fields: { schema: 1, channels: 7 }, version: 1 });
    home.moveTo(start + 3 * minute);
    const [site] = (await home.tick()).sites;
    expect(site).toMatchObject({ outcome: 'error', verdict: 'degraded' });
    expect(site?.error).toContain('health/deliver does not parse');
    const state = (await openMemoryStore(home.shelf).readSites(['home'])).get('home')?.state;
    expect(state?.nextDueAt, 'what waits is known all the same').toBeNull();
  });
});

describe('a success', () => {
  test('after no failure is written nowhere', async () => {
    const { home, received, minuteAt } = street();
    await minuteAt(start);
    home.broken.add('ssh');
    for (let tick = 1; tick <= 4; tick += 1) await minuteAt(start + tick * minute);
    expect(received).toHaveLength(2);
    expect(health(home)).toBeUndefined();
  });
});
