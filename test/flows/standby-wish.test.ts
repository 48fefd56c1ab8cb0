// What people want of standbys: whose signer it is, what is refused and with which words, and what is written down.
import { describe, expect, test } from 'vitest';
import type { SiteRules } from '../../functions/domain/policy.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import { tellEvents, type Told } from '../../functions/flows/operator-events.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { commit, siteState, someTime } from '../support/documents.ts';
import { siteRules } from '../support/site.ts';
import { wanted } from '../support/standbys.ts';

const expireAfterMs = 604_800_000;
const home = siteRules({
  id: 'home',
  signers: [
    { id: 'eth', chain: 'ethereum', keys: ['7'] },
    { id: 'bera', chain: 'berachain', keys: ['ab'] },
  ],
  standby: { chains: ['ethereum'], expireAfterMs },
});
const cabin = siteRules({
  id: 'cabin',
  signers: [{ id: 'eth-2', chain: 'ethereum', keys: ['8'] }],
  standby: { chains: ['ethereum'], expireAfterMs },
});

type Room = {
  readonly store: Store;
  readonly pokes: object[];
  readonly tell: (body: unknown) => Promise<Told>;
  readonly move: (ms: number) => void;
};

async function room(
  known: Record<string, Wanted> = {},
  sites: readonly SiteRules[] = [home, cabin],
): Promise<Room> {
  const store = openMemoryStore(new Map());
  await commit(store, { state: siteState({ wanted: known }) });
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

const create = { kind: 'standby', signer: 'eth', wish: 'create', why: 'the roof', by: 'anna' };

describe('a wish', () => {
  test('is written down at the site of its signer, and wakes watch', async () => {
    const { store, pokes, tell } = await room();
    const told = await tell({ ...create, signer: 'eth-2' });
    const [id] = told.ok ? told.ids : [];
    expect(told).toEqual({ ok: true, ids: [expect.stringMatching(/^standby-[0-9a-f]{32}$/)], over: [] });
    expect((await store.loadEvents('cabin')).events).toEqual([
      {
        kind: 'standby',
        id,
        site: 'cabin',
        signer: 'eth-2',
        wish: 'create',
        why: 'the roof',
        by: 'anna',
        at: someTime,
      },
    ]);
    expect((await store.loadEvents('home')).events).toEqual([]);
    expect(pokes).toEqual([{ events: 'cabin' }]);
  });

  test('may name its site, and somebody; else it is the operator', async () => {
    const { store, tell } = await room();
    const { by: _by, ...nameless } = create;
    await tell({ ...nameless, site: 'home' });
    expect((await store.loadEvents('home')).events).toMatchObject([{ by: 'the operator' }]);
  });

  test('said later again is said again: it may have been taken back meanwhile', async () => {
    const { store, tell, move } = await room();
    await tell(create);
    await tell(create);
    expect((await store.loadEvents('home')).events).toHaveLength(1);
    move(1_000);
    await tell({ ...create, wish: 'release' });
    move(1_000);
    await tell(create);
    const { events } = await store.loadEvents('home');
    expect(events.map((event) => event.kind === 'standby' && event.wish)).toEqual([
      'create',
      'release',
      'create',
    ]);
  });
});

describe('what is so already is said, and written down all the same', () => {
  const keep = { by: 'bert', at: someTime, why: 'first the router' };
  const release = { at: someTime, reason: 'stable', by: null } as const;
  const cases: readonly (readonly [string, Record<string, Wanted>, boolean])[] = [
    ['create', {}, false],
    ['create', { eth: wanted() }, true],
    ['create', { eth: wanted({ release }) }, false],
    ['release', { eth: wanted() }, false],
    ['release', { eth: wanted({ release }) }, true],
    ['release', {}, true],
    ['keep', { eth: wanted() }, false],
    ['keep', { eth: wanted({ keep }) }, true],
  ];
  test.each(cases)('%s of %j', async (wish, known, isOver) => {
    const { store, tell } = await room(known);
    expect(await tell({ ...create, wish })).toMatchObject({ ok: true, over: isOver ? ['eth'] : [] });
    expect((await store.loadEvents('home')).events).toHaveLength(1);
  });
});

describe('refused with words', () => {
  const none = siteRules({ signers: home.signers, standby: null });
  const cases: readonly (readonly [string, object, readonly SiteRules[], string, RegExp])[] = [
    [
      'an unknown signer',
      { signer: 'geth' },
      [home, cabin],
      'not-found',
      /no such signer; there is eth, bera, eth-2$/,
    ],
    ['a site', { signer: 'home' }, [home, cabin], 'not-found', /no such signer/],
    [
      'a chain without a node',
      { signer: 'bera' },
      [home, cabin],
      'not-found',
      /no node of berachain is configured; add `standbys\.nodes\.berachain`\. There can be one for: eth, eth-2$/,
    ],
    ['no standbys at all', {}, [none], 'not-found', /no `standbys`; docs\/standbys\.md/],
    ['the wrong site', { site: 'cabin' }, [home, cabin], 'not-found', /that signer is at home/],
    [
      'keeping what is not wanted',
      { wish: 'keep' },
      [home, cabin],
      'not-found',
      /no standby of eth is wanted that could be kept; `watchdog standby create eth`/,
    ],
    ['an unknown wish', { wish: 'delete' }, [home], 'malformed', /wish/],
    ['no reason', { why: '' }, [home], 'malformed', /why/],
    ['a reason without end', { why: 'x'.repeat(201) }, [home], 'malformed', /why/],
    ['a reason of two lines', { why: 'a\nb' }, [home], 'malformed', /line breaks/],
    ['a reason that turns text around', { why: 'a\u202eb' }, [home], 'malformed', /control/],
    ['an unknown field', { force: true }, [home], 'malformed', /force/],
  ];
  test.each(cases)('%s', async (_, over, sites, reason, problem) => {
    const { store, tell, pokes } = await room({}, sites);
    expect(await tell({ ...create, ...over })).toEqual({
      ok: false,
      reason,
      problem: expect.stringMatching(problem),
    });
    expect((await store.loadEvents('home')).events).toEqual([]);
    expect(pokes).toEqual([]);
  });

  test('keeping what was released', async () => {
    const { tell } = await room({ eth: wanted({ release: { at: someTime, reason: 'person', by: 'anna' } }) });
    expect(await tell({ ...create, wish: 'keep' })).toMatchObject({ ok: false, reason: 'not-found' });
  });

  test('a long list of signers is cut', async () => {
    const signers = Array.from({ length: 50 }, (_, index) => ({
      id: `s-${index}`,
      chain: 'ethereum' as const,
      keys: [String(index)],
    }));
    const { tell } = await room({}, [
      siteRules({ signers, standby: { chains: ['ethereum'], expireAfterMs } }),
    ]);
    expect(await tell(create)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/s-19 and 30 more$/),
    });
  });

  test('one of several wishes: none is written down', async () => {
    const { store, tell } = await room();
    expect(await tell([create, { ...create, signer: 'geth' }])).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^event 1: /),
    });
    expect((await store.loadEvents('home')).events).toEqual([]);
  });
});
