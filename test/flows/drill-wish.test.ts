// A drill that a person asks for: what is refused with which words, and what is written down.
import { describe, expect, test } from 'vitest';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { tellEvents, type Told } from '../../functions/flows/operator-events.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { someTime } from '../support/documents.ts';
import { siteRules } from '../support/site.ts';

const home = siteRules({
  id: 'home',
  signers: [
    { id: 'eth', chain: 'ethereum', keys: ['7'] },
    { id: 'bera', chain: 'berachain', keys: ['ab'] },
    { id: 'comet', chain: 'cometbft', keys: ['cd'] },
  ],
  standby: { chains: ['ethereum', 'berachain'], expireAfterMs: 604_800_000 },
  drills: { mode: 'sync', chains: ['ethereum'], tells: ['eth'] },
});
const off: SiteRules = { ...home, drills: { mode: 'off', chains: ['ethereum'], tells: ['eth'] } };
const asked = { kind: 'drill', signer: 'eth', why: 'a new template', by: 'anna' };

type Room = {
  readonly store: Store;
  readonly pokes: object[];
  readonly tell: (body: unknown) => Promise<Told>;
  readonly move: (ms: number) => void;
};

function room(sites: readonly SiteRules[] = [home]): Room {
  const store = openMemoryStore(new Map());
  const pokes: object[] = [];
  let now = someTime;
  const world = {
    sites,
    store,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    pokeWatch: async (_signal: AbortSignal, body: object = {}) => {
      pokes.push(body);
      return { accepted: true as const };
    },
    log: silentLog,
  };
  return {
    store,
    pokes,
    tell: (body) => tellEvents(world, body),
    move: (ms) => {
      now += ms;
    },
  };
}

describe('a drill', () => {
  test('is written down at the site of its signer, and wakes watch', async () => {
    const { store, pokes, tell } = room();
    const told = await tell({ ...asked, mode: 'boot' });
    const [id] = told.ok ? told.ids : [];
    expect(told).toEqual({ ok: true, ids: [expect.stringMatching(/^drill-[0-9a-f]{32}$/)], over: [] });
    const event = {
      kind: 'drill',
      id,
      site: 'home',
      signer: 'eth',
      mode: 'boot',
      isWeekly: false,
      why: 'a new template',
      by: 'anna',
      at: someTime,
    };
    expect((await store.loadEvents('home')).events).toEqual([event]);
    expect(pokes).toEqual([{ events: 'home' }]);
  });

  const modes: readonly (readonly [string, SiteRules, object, string])[] = [
    ['the one that was asked for', home, { mode: 'boot' }, 'boot'],
    ['without one the one that is configured', home, {}, 'sync'],
    ['the same when it is null', home, { mode: null }, 'sync'],
    ['without one, when the weekly one is off, the cheap one', off, {}, 'boot'],
  ];
  test.each(modes)('has as its mode %s', async (_, site, over, mode) => {
    const { store, tell } = room([site]);
    expect(await tell({ ...asked, ...over })).toMatchObject({ ok: true });
    expect((await store.loadEvents('home')).events).toMatchObject([{ mode }]);
  });

  test('said twice at once is one, and said later is another', async () => {
    const { store, tell, move } = room();
    await tell(asked);
    await tell(asked);
    expect((await store.loadEvents('home')).events).toHaveLength(1);
    move(1_000);
    await tell(asked);
    expect((await store.loadEvents('home')).events).toHaveLength(2);
  });
});

describe('refused with words', () => {
  const none = siteRules({ signers: home.signers });
  const cases: readonly (readonly [string, object, SiteRules, string, RegExp])[] = [
    ['no standbys at all', {}, none, 'not-found', /no `standbys`; docs\/standbys\.md/],
    [
      'an unknown signer',
      { signer: 'geth' },
      home,
      'not-found',
      /no such signer; there is eth, bera, comet$/,
    ],
    [
      'a chain without a node',
      { signer: 'comet' },
      home,
      'not-found',
      /no node of cometbft is configured; add `standbys\.nodes\.cometbft`/,
    ],
    [
      'a chain without a place for drills',
      { signer: 'bera' },
      home,
      'not-found',
      /none of `standbys\.nodes\.berachain\.places` has a `drillTemplate`\. Write the name .* beside `template`; docs\/drill\.md/,
    ],
    ['an unknown mode', { mode: 'keys' }, home, 'malformed', /mode/],
    ['no reason', { why: '' }, home, 'malformed', /why/],
    ['a reason of two lines', { why: 'a\nb' }, home, 'malformed', /line breaks/],
    ['that it calls itself the weekly one', { isWeekly: true }, home, 'malformed', /isWeekly/],
  ];
  test.each(cases)('%s', async (_, over, site, reason, problem) => {
    const { store, tell, pokes } = room([site]);
    expect(await tell({ ...asked, ...over })).toEqual({
      ok: false,
      reason,
      problem: expect.stringMatching(problem),
    });
    expect((await store.loadEvents('home')).events).toEqual([]);
    expect(pokes).toEqual([]);
  });
});
