// What a reader is shown of a site, of real looks at it: what the headline says, and that nothing unknown is shown as good.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeysGlance, StandbyGlance } from '../../functions/domain/glance.ts';
import type { Bar, Calendar } from '../../functions/domain/history/history.ts';
import type { Memory, SiteState } from '../../functions/domain/memory.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { blindly, overviewOf } from '../../functions/views/overview-of.ts';
import type { SiteOverview } from '../../functions/views/overview.ts';
import { statusOf } from '../../functions/views/status.ts';
import { siteState } from '../support/documents.ts';
import { afterLooks, knownOf } from '../support/looks.ts';
import {
  all,
  chain,
  type Found,
  hour,
  minute,
  powerFact,
  second,
  signer,
  siteRules,
  start,
  target,
} from '../support/site.ts';

const rules = siteRules({ standby: { chains: ['ethereum'], expireAfterMs: 604_800_000 } });

const held: FlagRead = {
  isReadable: true,
  flag: {
    holder: { kind: 'basement', site: 'home' },
    instance: 'a1b2',
    generation: 4,
    minHeight: null,
    publicKeys: ['7'],
    since: start - hour,
    by: 'maria',
    reason: 'first',
    evidence: [],
    former: null,
    backup: null,
    override: null,
  },
};

/** So many looks, the first of them `from` minutes after the start; all is well but for what is given. */
const looks = (count: number, from: number, over: Found = {}): Found[] =>
  Array.from({ length: count }, (_, place) => ({
    at: start + (from + place) * minute,
    beats: { cluster: start + (from + place) * minute },
    signers: [signer('signing', start)],
    chains: [chain('moving')],
    flags: { alpha: held },
    ...over,
  }));

const well = afterLooks(rules, looks(3, 0));
const noLife = { beats: { cluster: start } };
const darkFor = (minutes: number): Memory =>
  afterLooks(rules, looks(minutes, 3, { ...noLife, qualities: all(rules, 'inbound', 'bad') }), well);

function site(state: SiteState, ageMs = 20 * second): SiteOverview {
  const [only] = overviewOf([rules], knownOf(state), state.tick.at + ageMs).sites;
  if (only === undefined) throw new Error('there is one site');
  return only;
}

const headline = (memory: Memory, ageMs = 20 * second): string => site(memory.state, ageMs).headline;

const withGlance = (state: SiteState, glance: Partial<SiteState['glance']>): SiteState => ({
  ...state,
  glance: { ...state.glance, ...glance },
});

const syncing: StandbyGlance = {
  readAt: start,
  phase: 'syncing',
  phaseSince: start,
  since: start,
  why: 'the house is dark',
  zone: 'europe-west3-b',
  instance: 'bw-alpha-0a1b',
  reportAt: start + 16 * minute,
  percent: 42.7,
  etaMs: 24 * minute,
  peers: 31,
  head: 12_345,
  keys: 'absent',
  problems: [],
  hasHeldKeys: false,
  isProtected: false,
  cost: null,
};

describe('the headline', () => {
  test('of a house that is well says so, and that nothing is to be done', () => {
    expect(headline(well)).toBe(
      'All is well since 03:00, for 2 min: everything answers, and alpha signs. Nothing to do.',
    );
  });

  test('of a dark house says since when, who has it, how the standby comes along, and that nothing signs twice', () => {
    const { state } = darkFor(14);
    const open = state.glance.open.map((each) => ({ ...each, ack: { by: 'Maria', at: start, until: null } }));
    const now = withGlance(state, { open, standbys: { alpha: syncing } });
    expect(site(now).headline).toBe(
      [
        'Dark since 03:03, for 13 min: nothing in the house answers, and nothing shows life.',
        'Maria has it.',
        'The standby of alpha is syncing, 42 %, ready at about 03:40.',
        "Nothing signs twice: the keys are still the house's.",
        'See whether the house has power and a line; start no validator anywhere else by hand.',
      ].join(' '),
    );
  });

  test('says who was told while nobody has it', () => {
    expect(headline(darkFor(2))).toContain('Nobody has it yet; told: phone and mail.');
  });

  test('of a house that came back says what is waited for', () => {
    const back = afterLooks(rules, looks(2, 17), darkFor(14));
    expect(headline(back)).toContain(
      'The house is back since 03:17, after 14 min; this is over once it has stayed well for 3 min. Everything answers, and alpha signs.',
    );
  });

  const cases: readonly (readonly [string, Found, string])[] = [
    [
      'cut off',
      { ...noLife, qualities: { ...all(rules, 'inbound', 'bad'), vpn: 'bad' } },
      'Dark or cut off since 03:03, for 3 min: nothing in the house answers, not even the VPN exit in front of it, and nothing shows life.',
    ],
    [
      'the way in that is broken',
      { qualities: all(rules, 'inbound', 'bad') },
      'The way into the house is broken since 03:03, for 3 min, but the house lives, as heartbeat cluster shows. This is no outage.',
    ],
    [
      'one way in that is bad',
      { qualities: { eth: 'bad' } },
      'Since 03:03, for 3 min, 1 of 3 ways in does not answer as it should: eth (timeout). The rest of it answers.',
    ],
    [
      'a silent signer',
      { signers: [signer('silent')] },
      'alpha does not sign since 03:03, for 3 min, although the house lives.',
    ],
    [
      'a blind watcher',
      { ...noLife, qualities: { ...all(rules, 'inbound', 'bad'), ...all(rules, 'reference', 'bad') } },
      'The watchdog is blind since 03:03, for 3 min: its own network fails, so it cannot tell how the house is. That says nothing against the house.',
    ],
    [
      'what cannot be told',
      { ...noLife, qualities: all(rules, 'inbound', 'unknown') },
      'It cannot be told how the house is since 03:03, for 3 min: too little of it could be looked at.',
    ],
    [
      'power that is lost',
      { power: powerFact('on-battery', start + 3 * minute) },
      'The house has lost power, since 03:03, for 3 min. Everything answers, and alpha signs.',
    ],
  ];

  test.each(cases)('tells of %s', (_name, over, words) => {
    const found = 'beats' in over ? { signers: [signer('signing', start - hour)], ...over } : over;
    const memory = afterLooks(
      rules,
      looks(4, 3).map((look) => ({ ...look, signers: [signer('signing', start - hour)], ...found })),
      well,
    );
    expect(headline(memory)).toContain(words);
  });

  test('of a house that nobody watches says since when, and how it was then', () => {
    expect(headline(well, 2 * hour)).toBe(
      'NOBODY IS WATCHING since 03:02, for 2 h 00 min. The last look found it ok; all that is shown is of then. See to the watchdog first: run watchdog doctor.',
    );
    expect(headline(well, 26 * hour)).toContain('since 03:02 on 2026-11-23');
  });

  test('of a doubt about safety comes before all else, and promises nothing', () => {
    const { state } = darkFor(3);
    const [open] = state.glance.open;
    const doubt = {
      ...open,
      kind: 'zombie',
      summary: 'a client of alpha runs and does not hold its keys',
    } as const;
    const now = withGlance(state, { open: open === undefined ? [] : [{ ...open, ...doubt }, open] });
    const { headline: words } = site(now);
    expect(words).toMatch(
      /^SAFETY: a client of alpha runs and does not hold its keys, since 03:03, for 2 min\. This does not end by itself: find its cause, then state it with watchdog clear\. Dark since/,
    );
    expect(words).not.toContain('Nothing signs twice');
  });

  const keys = (over: Partial<Extract<KeysGlance, { isReadable: true }>>): KeysGlance => ({
    isReadable: true,
    holder: 'basement/home',
    generation: 5,
    since: start,
    by: 'maria',
    former: null,
    notBefore: null,
    ...over,
  });

  test('of keys with nobody says when the guard can allow more, and is not good', () => {
    const now = withGlance(well.state, {
      keys: { alpha: keys({ holder: 'none', notBefore: start + 30 * minute }) },
    });
    expect(site(now)).toMatchObject({
      tone: 'doubt',
      headline:
        'Everything answers, and alpha signs. Nobody holds the keys of alpha since 03:00, for 2 min, taken away by maria: nothing may sign with them until somebody takes them; the guard allows it not before 03:30.',
    });
  });

  test('of keys in the cloud says what must not be started', () => {
    const now = withGlance(well.state, {
      keys: { alpha: keys({ holder: 'node/p/europe-west3-b/bw-alpha-0a1b' }) },
    });
    expect(site(now).headline).toContain(
      'The keys of alpha are in the cloud, on bw-alpha-0a1b: never start the client of the house.',
    );
  });

  test('of keys of which it is not known who holds them says so, and is not good', () => {
    const now = withGlance(well.state, { keys: { alpha: { isReadable: false, why: 'PERMISSION_DENIED' } } });
    expect(site(now)).toMatchObject({ tone: 'doubt' });
    expect(site(now).headline).toContain('It is not known who holds the keys of alpha: PERMISSION_DENIED.');
  });

  test('tells who has muted it, until when, and why', () => {
    const mute = { id: 'e', by: 'Maria', subject: null, from: start, until: start + hour, why: 'a new UPS.' };
    expect(site({ ...well.state, mutes: [mute] }).headline).toContain(
      'Nobody is woken until 04:00: muted by Maria (a new UPS).',
    );
  });

  test('holds names of any length and script in check', () => {
    const { state } = darkFor(2);
    const by = `\u202Eyna\nb ${'x'.repeat(200)}`;
    const open = state.glance.open.map((each) => ({ ...each, ack: { by, at: start, until: null } }));
    const { headline: words } = site(withGlance(state, { open }));
    expect(words).toMatch(/ Yna b x{33}… has it\./);
    expect(words).not.toMatch(/[\n\u202E]/);
  });
});

describe('an overview', () => {
  test('of a site that was never watched knows nothing of it, and is not well', () => {
    const overview = overviewOf([rules], { states: new Map(), calendars: new Map(), broken: [] }, start);
    expect(overview.summary).toBe('trouble');
    expect(overview.sites[0]).toMatchObject({
      watched: 'unwatched',
      tone: 'doubt',
      verdict: null,
      targets: [],
    });
    expect(overview.sites[0]?.days).toMatchObject({ well: null, known: null });
  });

  test('shows a site that cannot be read as such, names its document, and shows the others', () => {
    const cabin = siteRules({ id: 'cabin' });
    const known = { ...knownOf(well.state), broken: ['sites/cabin does not parse at tick.at: invalid type'] };
    const { sites } = overviewOf([rules, cabin], known, well.state.tick.at);
    expect(sites[0]).toMatchObject({ watched: 'yes', tone: 'good', broken: [] });
    expect(sites[1]).toMatchObject({ watched: 'unreadable', tone: 'bad', broken: known.broken });
    expect(sites[1]?.headline).toContain('sites/cabin does not parse at tick.at: invalid type.');
  });

  test('is well by the rule of the status', () => {
    const verdicts = [well, darkFor(1), darkFor(3), afterLooks(rules, looks(2, 17), darkFor(14))];
    fc.assert(
      fc.property(fc.constantFrom(...verdicts), fc.integer({ min: 0, max: 5 * minute }), (memory, age) => {
        const at = memory.state.tick.at + age;
        const status = statusOf([rules], { memories: new Map([['home', memory]]), standbys: [] }, at);
        const overview = overviewOf([rules], knownOf(memory.state), at);
        expect(overview.summary).toBe(status.summary);
        expect(overview.sites[0]?.watched).toBe(status.sites[0]?.watched);
      }),
    );
  });

  test('does not know of messages what the last look did not see, where something is due', () => {
    const state = siteState();
    const at = state.tick.at;
    const isUnread = (of: Partial<SiteState>, seenAt: number | null): boolean | undefined => {
      const outbox = { ...state.glance.outbox, at: seenAt };
      const given = { ...withGlance(state, { outbox }), ...of };
      return overviewOf([rules], knownOf(given), at).sites[0]?.outbox?.isUnread;
    };
    expect(isUnread({}, null)).toBe(false);
    expect(isUnread({ nextDueAt: at }, null)).toBe(true);
    expect(isUnread({ nextDueAt: at }, at - minute)).toBe(true);
    expect(isUnread({ nextDueAt: at }, at)).toBe(false);
  });

  test('counts incidents that are open although the glance does not tell of them yet', () => {
    const { state } = darkFor(3);
    const overview = overviewOf([rules], knownOf(withGlance(state, { open: [] })), state.tick.at);
    expect(overview.sites[0]).toMatchObject({ moreOpen: 1, tone: 'bad' });
  });

  test('shows a target that is new as unknown, and none that is not configured any more', () => {
    const [, ...others] = rules.targets;
    const changed = siteRules({ targets: [...others, target('new', 'inbound')] });
    const [only] = overviewOf([changed], knownOf(well.state), well.state.tick.at).sites;
    expect(only?.targets.map(({ id, quality }) => `${id} ${quality}`)).toEqual([
      'new unknown',
      'ref-b good',
      'vpn good',
      'eth good',
      'rpc good',
      'ssh good',
    ]);
  });

  test('puts what is worst first, then keeps the order of the configuration', () => {
    const memory = afterLooks(rules, looks(2, 3, { qualities: { ssh: 'bad', rpc: 'unknown' } }), well);
    expect(site(memory.state).targets.map(({ id }) => id)).toEqual([
      'ssh',
      'rpc',
      'ref-a',
      'ref-b',
      'vpn',
      'eth',
    ]);
  });

  test('takes ids as names of what they are, and not of what every object has', () => {
    const odd = siteRules({ targets: [target('to-string', 'inbound'), target('valueof', 'inbound')] });
    const memory = afterLooks(odd, [{ at: start }]);
    expect(overviewOf([odd], knownOf(memory.state), start).sites[0]?.targets).toHaveLength(2);
  });

  test('is right for 500 targets', () => {
    const many = siteRules({
      targets: Array.from({ length: 500 }, (_, place) => target(`t-${place}`, 'inbound')),
    });
    const memory = afterLooks(many, looks(3, 0, { qualities: { 't-7': 'bad', 't-499': 'bad' } }));
    const [only] = overviewOf([many], knownOf(memory.state), memory.state.tick.at).sites;
    expect(only?.targets).toHaveLength(500);
    expect(only?.targets.slice(0, 2).map(({ id }) => id)).toEqual(['t-7', 't-499']);
    expect(only?.headline).toContain(
      '2 of 500 ways in do not answer as they should: t-7 (timeout) and t-499 (timeout).',
    );
  });

  test('of a store that is blind is not good any more, and says of when it is', () => {
    const overview = overviewOf([rules], knownOf(well.state), well.state.tick.at);
    const blind = { since: start + 10 * minute, why: 'ERR_STORE: the store failed about sites: UNAVAILABLE' };
    const later = blindly(overview, blind, start + 20 * minute);
    expect(later).toMatchObject({
      at: start + 20 * minute,
      readAt: well.state.tick.at,
      blind,
      summary: 'trouble',
    });
    expect(later.sites[0]).toMatchObject({ watched: 'stale', tone: 'bad' });
    expect(later.sites[0]?.map.some(({ tone }) => tone === 'good')).toBe(false);
    expect(blindly(overview, blind, well.state.tick.at + minute).sites[0]).toMatchObject({
      watched: 'yes',
      tone: 'doubt',
    });
    expect(later.sites[0]?.headline).toMatch(
      /^What is remembered cannot be read since 03:10; this is how it was at 03:02: All is well/,
    );
  });
});

describe('the map', () => {
  const tones = (memory: Memory, ageMs = 0): Record<string, string> =>
    Object.fromEntries(site(memory.state, ageMs).map.map(({ id, tone }) => [id, tone]));

  test('of a house that is well is good from the watchdog to the chain', () => {
    expect(tones(well)).toEqual({
      watchdog: 'good',
      exit: 'good',
      house: 'good',
      chain: 'good',
      standby: 'none',
    });
  });

  test('of what nobody has seen for a while has nothing good, and the watchdog is bad', () => {
    expect(tones(well, hour)).toEqual({
      watchdog: 'bad',
      exit: 'doubt',
      house: 'doubt',
      chain: 'doubt',
      standby: 'none',
    });
  });

  test('of a blind watcher has nothing good', () => {
    const qualities = { ...all(rules, 'inbound', 'bad'), ...all(rules, 'reference', 'bad') };
    const blind = afterLooks(rules, looks(3, 3, { ...noLife, qualities }), well);
    expect(tones(blind)).toEqual({
      watchdog: 'doubt',
      exit: 'doubt',
      house: 'doubt',
      chain: 'doubt',
      standby: 'none',
    });
  });

  test('tells how far a standby is, and calls it good only when it is ready', () => {
    const parts = (standby: StandbyGlance) =>
      site(withGlance(well.state, { standbys: { alpha: standby } })).map.at(-1);
    expect(parts(syncing)).toMatchObject({ name: 'standby of alpha', state: 'syncing 42 %', tone: 'doubt' });
    expect(parts({ ...syncing, phase: 'synced' })).toMatchObject({ state: 'ready', tone: 'good' });
    expect(parts({ ...syncing, phase: 'synced', problems: ['it is in doubt'] })).toMatchObject({
      tone: 'doubt',
    });
    expect(parts({ ...syncing, phase: 'failed' })).toMatchObject({ state: 'has failed', tone: 'bad' });
  });
});

describe('the days', () => {
  const day: Bar = { good: 86_400, doubt: 0, bad: 0, unknown: 0 };
  const calendar = (bars: Readonly<Record<string, Bar>>): Calendar => ({
    days: Object.entries(bars).map(([name, bar]) => ({
      day: name,
      site: bar,
      signers: { alpha: bar },
      targets: { eth: bar },
      incidents: 0,
      pages: 0,
    })),
  });
  const daysWith = (bars: Readonly<Record<string, Bar>>, at = well.state.tick.at) => {
    const known = { ...knownOf(well.state), calendars: new Map([['home', calendar(bars)]]) };
    const [only] = overviewOf([rules], known, at).sites;
    if (only === undefined) throw new Error('there is one site');
    return only;
  };

  test('end with today, and begin 89 days before', () => {
    const only = daysWith({});
    expect(only).toMatchObject({ firstDay: '2026-08-26', lastDay: '2026-11-23' });
    expect(only.days.bars).toHaveLength(90);
    expect(only.days.bars.at(-1)).toMatchObject({ good: 120 });
    expect(only.days.bars.slice(0, -1).every((bar) => bar === null)).toBe(true);
  });

  test('a day that is missing is no bar, and lowers what is known, never what was well', () => {
    const only = daysWith({ '2026-11-20': day, '2026-11-22': day });
    expect(only.days.bars.slice(-4)).toEqual([day, null, day, { good: 120, doubt: 0, bad: 0, unknown: 0 }]);
    expect(only.days.well).toBe(1);
    // Of the night before today's first look nothing is known either.
    const passed = 3 * 86_400 + 2 * 3_600 + 120;
    expect(only.days.known).toBeCloseTo((2 * 86_400 + 120) / passed, 4);
  });

  test('what was bad for a second is not well all the time', () => {
    const only = daysWith({ '2026-11-22': { good: 86_399, doubt: 0, bad: 1, unknown: 0 } });
    expect(only.days.well).toBeLessThan(1);
    expect(only.days.well).toBeGreaterThan(0.999);
  });

  test('what could not be told is not known', () => {
    const only = daysWith({ '2026-11-22': { good: 43_200, doubt: 0, bad: 0, unknown: 43_200 } });
    expect(only.days).toMatchObject({ well: 1 });
    expect(only.days.known).toBeLessThan(0.6);
  });

  test('of a day on which nobody looked are null, also when it was filed', () => {
    const only = daysWith({ '2026-11-22': { good: 0, doubt: 0, bad: 0, unknown: 0 } });
    expect(only.days.bars.at(-2)).toBeNull();
  });

  test('a clock that is behind shows no day that has not come, and one that is ahead none that nobody looked at', () => {
    const before = daysWith({ '2026-11-22': day }, well.state.tick.at - 86_400_000);
    expect(before.lastDay).toBe('2026-11-22');
    expect(before.days.bars.at(-1)).toEqual(day);
    const ahead = daysWith({ '2026-11-22': day }, well.state.tick.at + 30 * 86_400_000);
    expect(ahead.days.bars.at(-1)).toBeNull();
    expect(ahead).toMatchObject({ watched: 'stale', tone: 'bad' });
    expect(ahead.targets[0]).toMatchObject({ p50Ms: null });
  });

  test('and the line of the last hours come from what was counted', () => {
    const eth = site(well.state).targets.find(({ id }) => id === 'eth');
    expect(eth).toMatchObject({ latencyMs: 20 });
    expect(eth?.line).toHaveLength(24);
    expect(eth?.line.at(-1)).toBe(20);
    expect(eth?.p50Ms).toBeCloseTo(20, 0);
  });

  test('all stay within 0 and 1, whatever was filed', () => {
    const bar = fc.record({
      good: fc.nat(86_400),
      doubt: fc.nat(86_400),
      bad: fc.nat(86_400),
      unknown: fc.nat(86_400),
    });
    const name = fc
      .integer({ min: 0, max: 120 })
      .map((days) => new Date(start - days * 86_400_000).toISOString().slice(0, 10));
    fc.assert(
      fc.property(fc.dictionary(name, bar), fc.integer({ min: -90, max: 90 }), (bars, days) => {
        const { days: shown } = daysWith(bars, start + days * 86_400_000);
        expect(shown.bars).toHaveLength(90);
        for (const share of [shown.well, shown.known]) {
          if (share === null) continue;
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

test('a state of the fixtures is shown whole', () => {
  const state = siteState();
  expect(overviewOf([rules], knownOf(state), state.tick.at).sites[0]).toMatchObject({
    verdict: 'dark',
    tone: 'bad',
  });
});
