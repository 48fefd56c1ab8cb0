// A week of a house, minute by minute, through the real flows: what breaks is paged once, at once, and nothing else is.
import { describe, expect, test } from 'vitest';
import type { Message, Send } from '../../functions/channels/channel.ts';
import { deliver } from '../../functions/flows/deliver.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { house, type House } from '../support/house.ts';
import { atOnce, badSample, goodSample, minute, siteRules, start } from '../support/site.ts';

const ticks = 7 * 24 * 60;
const inbound = ['eth', 'rpc', 'ssh'];
const references = ['ref-a', 'ref-b'];

type Trouble = {
  readonly what: 'blackout' | 'forward' | 'vpn' | 'blind' | 'flicker';
  readonly from: number;
  readonly until: number;
};

/** Numbers from 0 to 1 that are the same in each run of one seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One trouble about every four hours, with at least half an hour of peace after each. */
function troubles(next: () => number): Trouble[] {
  const kinds = ['blackout', 'forward', 'vpn', 'blind', 'flicker'] as const;
  const list: Trouble[] = [];
  for (let at = 30; ;) {
    const from = at + Math.floor(next() * 180);
    const what = kinds[Math.floor(next() * kinds.length)] ?? 'flicker';
    // Blindness is told after three ticks, a forward after two; a flicker is shorter than anything is believed.
    const length = what === 'flicker' ? 1 : 4 + Math.floor(next() * 90);
    if (from + length + 30 > ticks) return list;
    list.push({ what, from, until: from + length });
    at = from + length + 30;
  }
}

function brokenBy({ what }: Trouble): readonly string[] {
  switch (what) {
    case 'blackout':
      return inbound;
    case 'vpn':
      return [...inbound, 'vpn'];
    case 'blind':
      return [...inbound, 'vpn', ...references];
    case 'forward':
    case 'flicker':
      return ['ssh'];
  }
}

const expected = { blackout: 'dark', forward: 'unreachable', vpn: 'vpn-down', blind: 'blind' } as const;
/** Ticks from the first bad one to the page, by the default policy. */
const confirms = { blackout: 0, forward: 1, vpn: 0, blind: 2 } as const;

async function send(home: House, received: Message[]): Promise<void> {
  const channel: Send = (message) => {
    received.push(message);
    return Promise.resolve({ sent: true, detail: 'ok' });
  };
  await deliver(
    {
      store: openMemoryStore(home.shelf),
      clock: home.clock,
      channels: new Map([['phone', channel]]),
      secret: () => 'none',
      linksOf: () => ({ links: {}, code: null, problem: null }),
      print: () => {},
      newLease: () => `lease-${received.length}-${home.clock.now()}`,
    },
    { signal: new AbortController().signal, budgetMs: 1_000 },
  );
}

describe.each([1, 2, 3, 4, 5, 6])('a week with one lost probe in a hundred, seed %i', (seed) => {
  test('pages each trouble once, at its tick, resolves it, and pages nothing else', async () => {
    const next = random(seed);
    const plan = troubles(next);
    const home = house([siteRules({ notify: atOnce('phone'), signers: [] })]);
    const received: Message[] = [];
    let pending = false;
    for (let tick = 0; tick < ticks; tick += 1) {
      home.moveTo(start + tick * minute);
      const now = plan.find((trouble) => trouble.from <= tick && tick < trouble.until);
      home.broken.clear();
      for (const id of now === undefined ? [] : brokenBy(now)) home.broken.add(id);
      for (const id of [...inbound, ...references, 'vpn']) {
        // Three probes at most in one look; each is lost by itself.
        const usual = home.broken.has(id) ? badSample() : goodSample;
        home.queue(
          id,
          [0, 1, 2].map(() => (next() < 0.01 ? badSample() : usual)),
        );
      }
      const { sites } = await home.tick();
      expect(sites[0]?.outcome, `tick ${tick}`).toBe('done');
      pending ||= (sites[0]?.messages ?? 0) > 0;
      if (pending) {
        await send(home, received);
        pending = false;
      }
    }
    const serious = plan.filter(({ what }) => what !== 'flicker');
    const pages = received.filter(({ kind }) => kind === 'opened' || kind === 'raised');
    const told = pages.map(({ at, incidents, title }) => ({ tick: (at - start) / minute, incidents, title }));
    expect(serious.length, 'the week has something to tell').toBeGreaterThan(20);
    expect(told, JSON.stringify(plan)).toHaveLength(serious.length);
    for (const [index, { what, from }] of serious.entries()) {
      if (what === 'flicker') continue;
      expect(told[index]?.tick, `${what} at tick ${from}`).toBe(from + confirms[what]);
      const incident = home.shelf.get(`incidents/${told[index]?.incidents[0]}`)?.fields;
      expect(incident, `${what} at tick ${from}`).toMatchObject({ kind: expected[what] });
      expect(incident, `${what} is over`).not.toMatchObject({ resolvedAt: null });
    }
    expect(received.filter(({ kind }) => kind === 'resolved')).toHaveLength(serious.length);
    expect(new Set(received.map(({ id }) => id)).size, 'nothing twice').toBe(received.length);
  });
});
