// A process dies between any two of its calls, is started again, and nothing is lost, doubled or left open.
import { describe, expect, test } from 'vitest';
import type { Message, Send } from '../../functions/channels/channel.ts';
import type { AskWitness } from '../../functions/cloud/cloud.ts';
import { type DayRollup, heldMs } from '../../functions/domain/history/history.ts';
import { countedMs } from '../../functions/domain/history/tally.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { deliver } from '../../functions/flows/deliver.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { mortal, type Mortal, type Moment } from '../support/crash.ts';
import { house, type House } from '../support/house.ts';
import { hearPort } from '../support/heard.ts';
import { hour, leasedTarget, minute, siteRules, start } from '../support/site.ts';

const moments: readonly Moment[] = ['before', 'after'];
const inbound = ['eth', 'rpc', 'ssh'];
/** What breaks, tick by tick: well, one forward, a blackout, and well again until everything is resolved. */
const night: readonly (readonly string[])[] = [
  [],
  ['ssh'],
  ['ssh'],
  inbound,
  inbound,
  [],
  [],
  [],
  [],
  [],
  [],
];

async function send(home: House, received: Message[], life: Mortal): Promise<void> {
  const channel: Send = (message) => {
    received.push(message);
    return Promise.resolve({ sent: true, detail: 'ok' });
  };
  let leases = 0;
  await deliver(
    {
      store: life.door(openMemoryStore(home.shelf)),
      clock: home.clock,
      channels: new Map([
        ['phone', life.door(channel)],
        ['mail', life.door(channel)],
      ]),
      secret: () => 'none',
      linksOf: () => ({ links: {}, code: null, problem: null }),
      print: () => {},
      newLease: () => `lease-${home.clock.now()}-${(leases += 1)}-${received.length}`,
    },
    { signal: new AbortController().signal, budgetMs: 1_000 },
  );
}

/** It sees what we see, so that it is asked in each tick in which something changes and alters nothing. */
const witness =
  (home: House): AskWitness =>
  (targets) =>
    Promise.resolve({
      answered: true,
      isBlind: false,
      qualities: {
        home: Object.fromEntries(
          targets.map(({ target }) => [target, home.broken.has(target) ? 'bad' : 'good']),
        ),
      },
    });

/** One tick as one process: watch, then deliver. A dead process reports nothing; that it died is what `life` says. */
async function live(home: House, received: Message[], life: Mortal): Promise<void> {
  try {
    await home.tick({ life, witnesses: [witness(home)] });
    await send(home, received, life);
  } catch (error) {
    if (!life.isDead()) throw error;
  }
}

type Crash = { readonly tick: number; readonly k: number; readonly moment: Moment };
const nowhere: Crash = { tick: -1, k: 1, moment: 'before' };

const plain = siteRules({ signers: [] });
/** The same house, whose exit leases it the ports of two of its three ways in. */
const leasing: SiteRules = {
  ...plain,
  targets: plain.targets.map((each) =>
    each.id === 'eth' || each.id === 'ssh' ? leasedTarget(each.id) : each,
  ),
};

async function wholeNight(
  crash: Crash,
  { rules = plain, from = start }: { readonly rules?: SiteRules; readonly from?: number } = {},
): Promise<{
  readonly home: House;
  readonly received: readonly Message[];
  readonly died: boolean;
}> {
  const home = house([rules]);
  const store = openMemoryStore(home.shelf);
  for (const leased of ['eth', 'ssh']) {
    await hearPort(store, 'home', {
      target: leased,
      port: 41_000,
      validUntil: from + hour,
      at: from - hour,
    });
  }
  const received: Message[] = [];
  let died = false;
  for (const [index, broken] of night.entries()) {
    home.broken.clear();
    for (const id of broken) home.broken.add(id);
    home.moveTo(from + index * minute);
    if (index === crash.tick) {
      const life = mortal(crash.k, crash.moment);
      await live(home, received, life);
      died = life.isDead();
      // The scheduler tries the same tick again; a lease of the dead process runs out before the next.
      home.moveTo(from + index * minute + 20_000);
    }
    await live(home, received, mortal(Number.POSITIVE_INFINITY, 'before'));
  }
  // Leases of a dead deliverer end after a minute at the latest.
  home.moveTo(from + (night.length + 2) * minute);
  await live(home, received, mortal(Number.POSITIVE_INFINITY, 'before'));
  return { home, received, died };
}

const kinds = (received: readonly Message[], incident: RegExp): string[] => [
  ...new Set(
    received.filter((message) => incident.test(message.incidents[0] ?? '')).map((message) => message.id),
  ),
];

describe('a process that dies', () => {
  test.each([
    ...night.map((_, tick) => ({ tick, what: 'a house', rules: plain })),
    // Where it turns bad, what the house tells is read a second time.
    ...[1, 3].map((tick) => ({ tick, what: 'a house with leased ports', rules: leasing })),
  ])(
    'anywhere in tick $tick of $what loses no page, opens no second incident, and leaves nothing open',
    async ({ tick, rules }) => {
      for (const moment of moments) {
        for (let k = 1; ; k += 1) {
          const { home, received, died } = await wholeNight({ tick, k, moment }, { rules });
          const where = `tick ${tick}, ${moment} call ${k}`;
          const incidents = [...home.shelf.keys()].filter((path) => path.startsWith('incidents/'));
          expect(incidents.toSorted(), where).toEqual([
            expect.stringMatching(/^incidents\/home\.site\.home\./),
            expect.stringMatching(/^incidents\/home\.target\.ssh\./),
          ]);
          // Two channels, told of the beginning and of the end: four messages an incident, however often each was tried.
          expect(kinds(received, /\.site\./), where).toHaveLength(4);
          expect(kinds(received, /\.target\./), where).toHaveLength(4);
          const store = openMemoryStore(home.shelf);
          expect((await store.dueRows(Number.MAX_SAFE_INTEGER, 100)).rows, where).toEqual([]);
          const state = (await store.readSites(['home'])).get('home')?.state;
          expect(state?.subjects, where).toEqual({});
          for (const channel of ['phone', 'mail']) {
            const order = received
              .filter((message) => message.id.endsWith(channel) && message.incidents[0]?.includes('.site.'))
              .map((message) => message.kind);
            expect(order.indexOf('resolved'), `${where}, ${channel}`).toBeGreaterThan(
              order.indexOf('opened'),
            );
          }
          if (!died) break;
        }
      }
    },
  );

  test('without a crash each message is sent exactly once', async () => {
    const { received } = await wholeNight(nowhere);
    expect(received.map((message) => message.id)).toHaveLength(8);
    expect(new Set(received.map((message) => message.id)).size).toBe(8);
  });
});

describe('a process that dies around midnight', () => {
  const midnight = Date.UTC(2026, 10, 24);
  // The third look is half a minute before, the fourth half a minute after.
  const from = midnight - 2.5 * minute;

  async function daysOf(home: House): Promise<readonly DayRollup[]> {
    const store = openMemoryStore(home.shelf);
    const { days, broken } = await store.readDays('home', '2026-11-01', '2026-12-01');
    expect(broken).toEqual([]);
    const state = (await store.readSites(['home'])).get('home')?.state;
    return [...days, ...(state === undefined ? [] : [state.history.today])];
  }

  const pagesIn = (days: readonly DayRollup[]): number => days.reduce((sum, { pages }) => sum + pages, 0);

  test.each([2, 3, 4])(
    'anywhere in tick %i files the day once, and each moment of it is in it',
    async (tick) => {
      const { home: undisturbed } = await wholeNight(nowhere, { from });
      const pages = pagesIn(await daysOf(undisturbed));
      expect(pages).toBe(4);
      for (const moment of moments) {
        for (let k = 1; ; k += 1) {
          const { home, died } = await wholeNight({ tick, k, moment }, { from });
          const where = `tick ${tick}, ${moment} call ${k}`;
          const filed = [...home.shelf.keys()].filter((path) => path.startsWith('history/'));
          expect(filed.toSorted(), where).toEqual(['history/home', `history/home_2026-11-23_${from}`]);
          const days = await daysOf(home);
          // The last look is three minutes after the one before it, which speaks for half of that.
          const end = from + (night.length - 1) * minute + heldMs;
          expect(
            days.map((day) => [day.from, day.through, countedMs(day.site)]),
            where,
          ).toEqual([
            [from, midnight, midnight - from],
            [midnight, end, end - midnight],
          ]);
          expect(
            days.map(({ incidents }) => incidents.map(({ subject }) => subject)),
            where,
          ).toEqual([['target/ssh'], ['target/ssh', 'site/home']]);
          expect(pagesIn(days), where).toBe(pages);
          const ticks = days.reduce((sum, day) => sum + day.ticks, 0);
          const state = (await openMemoryStore(home.shelf).readSites(['home'])).get('home')?.state;
          expect(ticks, where).toBe(state?.tick.count);
          expect(
            state?.glance.past.map(({ subject }) => subject.kind),
            where,
          ).toEqual(['site', 'target']);
          if (!died) break;
        }
      }
    },
  );
});
