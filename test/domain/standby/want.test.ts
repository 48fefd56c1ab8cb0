// When a standby is wanted, what is known of it while it is, and what ends it.
import { describe, expect, test } from 'vitest';
import type { StandbyEvent } from '../../../functions/domain/event.ts';
import type { Policy, SiteRules } from '../../../functions/domain/policy.ts';
import type { Seen } from '../../../functions/domain/standby/standby.ts';
import type { Wanted } from '../../../functions/domain/standby/want.ts';
import {
  all,
  atOnce,
  defaultPolicy,
  type Found,
  hour,
  minute,
  powerFact,
  second,
  signer,
  siteRules,
  start,
  target,
} from '../../support/site.ts';
import { seen } from '../../support/standbys.ts';
import { storyOf, type Story } from '../../support/story.ts';

const day = 24 * hour;
const rulesWith = (policy: Partial<Policy> = {}, over: Partial<SiteRules> = {}): SiteRules =>
  siteRules({
    notify: atOnce('phone'),
    standby: { chains: ['ethereum'], expireAfterMs: 7 * day },
    policy: { ...defaultPolicy, report: null, ...policy },
    ...over,
  });
const rules = rulesWith();
const allBad = all(rules, 'inbound', 'bad');
const dark: Found = { qualities: allBad };
const vpnDown: Found = { qualities: { ...allBad, vpn: 'bad' } };
const blind: Found = { qualities: { ...allBad, ...all(rules, 'reference', 'bad') } };

const wantedOf = (story: Story, id = 'alpha'): Wanted | undefined => story.memory()?.state.wanted[id];
const wish = (what: StandbyEvent['wish'], at: number, over: Partial<StandbyEvent> = {}): StandbyEvent => ({
  kind: 'standby',
  id: `${what}-${at}`,
  site: 'home',
  at,
  by: 'Maria',
  signer: 'alpha',
  wish: what,
  why: 'to be sure',
  ...over,
});

/** What the store shows of the standby that is wanted now. */
const lookAt = (story: Story, shown: Partial<Seen> | null, id = 'alpha'): Found['standbys'] => {
  const wanted = wantedOf(story, id) ?? null;
  return {
    bySigner: {
      [id]: { wanted, seen: shown === null ? null : seen({ wantedId: wanted?.id ?? null, ...shown }) },
    },
    fleet: null,
  };
};
const gone: Partial<Seen> = { phase: 'gone', node: null, attempt: null };

/** Plays `found` each minute until a standby is wanted; answers after how many minutes of it, or null within an hour. */
function minutesUntilWanted(
  given: SiteRules,
  found: (at: number) => Found,
  before: Found = {},
): number | null {
  const story = storyOf(given);
  story.ticks(3, before);
  for (let minutes = 0; minutes <= 60; minutes += 1) {
    story.tick(found(story.nextAt()));
    if (wantedOf(story) !== undefined) return minutes;
  }
  return null;
}

const silent = (at: number): Found => ({
  beats: { cluster: at },
  signers: [signer('silent', start - hour)],
});

describe('after how many minutes a standby is wanted for', () => {
  const table: [string, SiteRules, (at: number) => Found, number | null][] = [
    ['dark', rules, () => dark, 3],
    [
      'dark, sooner by the policy',
      rulesWith({ standby: { ...defaultPolicy.standby, darkMs: 0 } }),
      () => dark,
      0,
    ],
    [
      'dark, never by the policy',
      rulesWith({ standby: { ...defaultPolicy.standby, darkMs: null } }),
      () => dark,
      null,
    ],
    ['vpn-down', rules, () => vpnDown, 10],
    [
      'vpn-down, never by the policy',
      rulesWith({ standby: { ...defaultPolicy.standby, vpnDownMs: null } }),
      () => vpnDown,
      null,
    ],
    ['not-signing', rules, silent, 15],
    [
      'not-signing, never by the policy',
      rulesWith({ standby: { ...defaultPolicy.standby, notSigningMs: null } }),
      silent,
      null,
    ],
    ['ok', rules, () => ({}), null],
    ['degraded', rules, () => ({ qualities: { eth: 'bad' } }), null],
    ['inbound-lost', rules, (at) => ({ ...dark, beats: { cluster: at } }), null],
    ['unknown', rules, () => ({ qualities: all(rules, 'inbound', 'unknown') }), null],
    ['blind', rules, () => blind, null],
    [
      'a house that is certainly dark while we are blind',
      rules,
      () => ({ ...blind, beats: { cluster: start }, power: powerFact('on-battery', start + 3 * minute) }),
      null,
    ],
    ['dark with an inactive signer', rules, () => ({ ...dark, signers: [signer('inactive')] }), null],
    [
      'not-signing of some of its keys',
      rules,
      (at) => ({
        beats: { cluster: at },
        signers: [{ ...signer('quiet', at), keys: { total: 3, silent: 1, inactive: 0, left: [] } }],
      }),
      null,
    ],
    ['dark without standbys', rulesWith({}, { standby: null }), () => dark, null],
    [
      'dark without a node for its chain',
      rulesWith({}, { standby: { chains: ['berachain'], expireAfterMs: day } }),
      () => dark,
      null,
    ],
  ];
  test.each(table)('%s', (_, given, found, expected) => {
    expect(minutesUntilWanted(given, found)).toBe(expected);
  });

  test('a blackout that a UPS announced: at once', () => {
    const found: Found = { ...dark, power: powerFact('low-battery', start + 3 * minute - second) };
    expect(minutesUntilWanted(rules, () => found)).toBe(0);
  });

  test('a house that lived on behind a broken way in, and then went dark: counted from then', () => {
    const story = storyOf(rules);
    for (let tick = 0; tick < 30; tick += 1) story.tick({ ...dark, beats: { cluster: story.nextAt() } });
    expect(story.memory()?.state.judgement.verdict).toBe('inbound-lost');
    const lastBeat = story.nextAt() - minute;
    const found: Found = {
      ...dark,
      beats: { cluster: lastBeat },
      signers: [signer('quiet', start + 10 * minute)],
    };
    while (story.memory()?.state.judgement.verdict !== 'dark')
      story.tick({ ...dark, beats: { cluster: lastBeat } });
    const darkAt = story.nextAt() - minute;
    for (let minutes = 1; minutes <= 3; minutes += 1) {
      expect(wantedOf(story), `${minutes} minutes`).toBeUndefined();
      story.tick(found);
    }
    expect(wantedOf(story)).toMatchObject({ since: darkAt, lifeAt: null, reason: 'dark' });
  });

  test('a signer of which at first only some keys were silent: counted from when all were', () => {
    const story = storyOf(rules);
    const some = { total: 2, silent: 1, inactive: 0, left: [] };
    for (let tick = 0; tick < 30; tick += 1) {
      const at = story.nextAt();
      story.tick({ beats: { cluster: at }, signers: [{ ...signer('quiet', at), keys: some }] });
    }
    const silentAt = story.nextAt();
    for (let minutes = 0; minutes <= 15; minutes += 1) {
      expect(wantedOf(story), `${minutes} minutes`).toBeUndefined();
      story.tick({ beats: { cluster: story.nextAt() }, signers: [signer('silent', silentAt - 20 * minute)] });
    }
    expect(wantedOf(story)).toMatchObject({
      since: silentAt,
      reason: 'not-signing',
      witness: null,
      lifeAt: null,
      holds: true,
    });
  });

  test('a signer of which all keys are silent, and not for another of which only some are', () => {
    const two = rulesWith(
      {},
      { signers: ['alpha', 'beta'].map((id) => ({ id, chain: 'ethereum', keys: ['7'] })) },
    );
    const story = storyOf(two);
    const some = { total: 2, silent: 1, inactive: 0, left: [] };
    for (let tick = 0; tick < 20; tick += 1) {
      const at = story.nextAt();
      const alpha = { ...signer('quiet', at), keys: some };
      story.tick({ beats: { cluster: at }, signers: [alpha, signer('silent', start - hour, 'beta')] });
    }
    expect(story.incidents().map(({ subject }) => subject.id)).toEqual(['alpha', 'beta']);
    expect(Object.keys(story.memory()?.state.wanted ?? {})).toEqual(['beta']);
  });

  test('says in one sentence why', () => {
    const whys: [(at: number) => Found, string][] = [
      [() => dark, 'the house is dark or cut off for 3 minutes'],
      [() => vpnDown, 'the house is cut off for 10 minutes, and so is its VPN exit'],
      [silent, 'the chain has shown no signature of it for 15 minutes'],
      [
        () => ({ ...dark, power: powerFact('low-battery', start) }),
        'the house is dark; its UPS told of power going',
      ],
    ];
    for (const [found, why] of whys) {
      const story = storyOf(rules);
      while (wantedOf(story) === undefined) story.tick(found(story.nextAt()));
      expect(wantedOf(story)?.why).toBe(why);
    }
  });

  test('nothing new while somebody works on the house or the signer; it is wanted when that is over', () => {
    for (const subject of [null, 'alpha', 'home']) {
      const until = start + 20 * minute;
      const works = rulesWith({}, { maintenance: [{ subject, from: start, until, why: 'a new disk' }] });
      expect(
        minutesUntilWanted(works, () => dark),
        String(subject),
      ).toBe(17);
    }
    const other = rulesWith(
      {},
      { maintenance: [{ subject: 'ssh', from: start, until: start + day, why: 'x' }] },
    );
    expect(minutesUntilWanted(other, () => dark)).toBe(3);
  });
});

describe('what is wanted', () => {
  test('says for what, since when, why and until when', () => {
    const story = storyOf(rules);
    story.tick();
    story.ticks(4, dark);
    expect(wantedOf(story)).toEqual({
      id: 'alpha.20261123T020400Z',
      signer: 'alpha',
      site: 'home',
      chain: 'ethereum',
      reason: 'dark',
      incident: 'home.site.home.20261123T020100Z',
      why: 'the house is dark or cut off for 3 minutes',
      by: null,
      since: start + minute,
      decidedAt: start + 4 * minute,
      witness: 'not-asked',
      lifeAt: null,
      holds: true,
      expiresAt: start + 4 * minute + 7 * day,
      keep: null,
      stableSince: null,
      release: null,
    });
  });

  test('is written down once, and provision is woken for it once', () => {
    const story = storyOf(rules);
    story.tick();
    story.ticks(3, dark);
    const decided = story.tick(dark);
    expect([decided.wanted.length, decided.wakesProvision]).toEqual([1, true]);
    for (let tick = 0; tick < 5; tick += 1) {
      const later = story.tick({ ...dark, standbys: lookAt(story, { phase: 'creating', node: null }) });
      expect([later.wanted, later.wakesProvision], `tick ${tick}`).toEqual([[], false]);
    }
  });

  test('is one for each signer of a chain that has nodes, and for no other', () => {
    const many = rulesWith(
      {},
      {
        signers: [
          { id: 'alpha', chain: 'ethereum', keys: ['7'] },
          { id: 'beta', chain: 'ethereum', keys: ['8'] },
          { id: 'gamma', chain: 'berachain', keys: ['aa'] },
        ],
      },
    );
    const story = storyOf(many);
    story.ticks(5, dark);
    expect(Object.keys(story.memory()?.state.wanted ?? {})).toEqual(['alpha', 'beta']);
  });

  test('is one, whatever the outage becomes', () => {
    const story = storyOf(rules);
    for (let tick = 0; tick < 17; tick += 1) story.tick(silent(story.nextAt()));
    const first = wantedOf(story);
    expect(first?.reason).toBe('not-signing');
    story.ticks(20, { ...vpnDown, signers: [signer('silent', start - hour)] });
    expect(story.memory()?.state.judgement.verdict).toBe('vpn-down');
    expect(wantedOf(story)).toEqual(first);
  });

  test('that the documents know nothing of any more is written again, but not over that of another site', () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    const wanted = wantedOf(story);
    const lost = { bySigner: { alpha: { wanted: null, seen: null } }, fleet: null };
    expect(story.tick({ ...dark, standbys: lost }).wanted).toEqual([wanted]);
    if (wanted === undefined) throw new Error('nothing is wanted');
    const strange = { wanted: { ...wanted, id: 'alpha.x', site: 'cabin' }, seen: null };
    expect(story.tick({ ...dark, standbys: { bySigner: { alpha: strange }, fleet: null } }).wanted).toEqual(
      [],
    );
  });
});

describe('the word of the witness', () => {
  const words: [string, Found['witness'], Wanted['witness']][] = [
    ['agreed', { eth: ['bad'], rpc: ['bad'], ssh: ['bad'] }, 'agreed'],
    ['silent of one, agreed of another', { eth: ['unknown'], rpc: ['bad'] }, 'agreed'],
    ['silent', { eth: ['unknown'], rpc: [], ssh: ['unknown'] }, 'silent'],
    ['not asked', {}, 'not-asked'],
    // By the majority of two a dispute is no outage, so that only a way in of which it is silent keeps it one.
    ['agreed, and disputed of the exit', { eth: ['bad'], vpn: ['bad'] }, 'agreed'],
    ['disputed of one, agreed of the others', { eth: ['good'], rpc: ['bad'], ssh: ['bad'] }, 'disputed'],
  ];
  test.each(words)('%s', (_, witness, expected) => {
    const story = storyOf(rules);
    story.ticks(4, { ...dark, witness: witness ?? {} });
    expect(story.memory()?.state.judgement.verdict).toBe('dark');
    expect(wantedOf(story)?.witness).toBe(expected);
  });

  test('is kept fresh until a node is there, and provision is woken for it', () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    expect(wantedOf(story)?.witness).toBe('not-asked');
    const asked = story.tick({ ...dark, witness: { eth: ['bad'] }, standbys: lookAt(story, null) });
    expect([wantedOf(story)?.witness, asked.wakesProvision, asked.wanted.length]).toEqual([
      'agreed',
      true,
      1,
    ]);
    story.tick({ standbys: lookAt(story, { phase: 'booting' }) });
    expect(wantedOf(story)?.witness, 'a node is there').toBe('agreed');
  });
});

describe('life of the signer after the trouble began', () => {
  const alive = (at: number): Found => ({ ...dark, signers: [signer('quiet', at)] });

  test.each([
    ['before', -minute, null],
    ['within the margin of it', 30 * second, null],
    ['later', 31 * second, 31 * second],
  ])('an act %s', (_, after, expected) => {
    const story = storyOf(rules);
    story.tick();
    story.ticks(4, dark);
    const { since } = wantedOf(story) ?? { since: 0 };
    story.tick(alive(since + after));
    expect(wantedOf(story)?.lifeAt).toBe(expected === null ? null : since + expected);
  });

  test('is not forgotten when its source falls silent, and no act counts once a node is there', () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    const act = start + 2 * minute;
    story.tick(alive(act));
    story.ticks(3, { ...dark, signers: [signer('unknown')] });
    expect(wantedOf(story)?.lifeAt).toBe(act);
    story.tick({ ...alive(act + minute), standbys: lookAt(story, { phase: 'syncing' }) });
    expect(wantedOf(story)?.lifeAt).toBe(act);
  });

  test('blocks no more when the outage begins anew after it', () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    const act = start + 3 * minute;
    story.tick(alive(act));
    expect(story.memory()?.state.judgement.verdict).toBe('inbound-lost');
    while (story.memory()?.state.judgement.verdict !== 'dark') story.tick(dark);
    const again = story.nextAt() - minute;
    expect(wantedOf(story)?.lifeAt).toBe(act);
    story.ticks(3, dark);
    expect(wantedOf(story)).toMatchObject({ since: again, lifeAt: null, id: `alpha.20261123T020300Z` });
  });

  test('of a signer that was thought silent: any act that shows that it is not', () => {
    const story = storyOf(rules);
    for (let tick = 0; tick < 16; tick += 1) story.tick(silent(story.nextAt()));
    expect(wantedOf(story)).toMatchObject({ reason: 'not-signing', since: start, lifeAt: null });
    const late = start - 5 * minute;
    story.tick({ beats: { cluster: story.nextAt() }, signers: [signer('signing', late)] });
    expect(wantedOf(story)?.lifeAt).toBe(late);
  });
});

/** Dark until a standby is wanted, with a node that is there from then on. */
function withNode(given: SiteRules = rules): Story {
  const story = storyOf(given);
  story.ticks(4, dark);
  expect(wantedOf(story)?.release).toBeNull();
  return story;
}

const tickWith = (story: Story, found: Found, shown: Partial<Seen> = {}): void => {
  story.tick({ ...found, standbys: lookAt(story, shown) });
};
const wellNow = (story: Story): Found => ({
  beats: { cluster: story.nextAt() },
  signers: [signer('signing', story.nextAt())],
});

/** Minutes of being well until it is released; null when it is not within two hours. */
function minutesUntilReleased(story: Story, found: (story: Story) => Found): number | null {
  for (let minutes = 0; minutes <= 120; minutes += 1) {
    tickWith(story, found(story));
    if (wantedOf(story)?.release !== null) return minutes;
  }
  return null;
}

test('what it is wanted for is so or not from look to look: while it is not, nothing is begun', () => {
  const story = storyOf(rules);
  story.ticks(4, dark);
  const holds = (found: Found): boolean | undefined => {
    story.tick(found);
    return wantedOf(story)?.holds;
  };
  expect(wantedOf(story)?.holds).toBe(true);
  expect(holds({ ...dark, beats: { cluster: story.nextAt() } }), 'the house lives').toBe(false);
  expect(wantedOf(story)?.release, 'and yet it stays for now').toBeNull();
  expect(holds(blind), 'we are blind').toBe(false);
  expect(holds(wellNow(story)), 'the house is well').toBe(false);
  const again = storyOf(rules);
  again.ticks(4, dark);
  again.tick(blind);
  again.tick(dark);
  expect(wantedOf(again)?.holds, 'it is dark as before').toBe(true);
  again.hear([wish('create', again.nextAt() - second)]);
  again.tick(blind);
  expect(wantedOf(again)?.holds, 'what a person asks for always is').toBe(true);
});

describe('a standby is released', () => {
  test('when the house has been stable without a break, and not sooner', () => {
    const story = withNode();
    expect(minutesUntilReleased(story, wellNow), 'three minutes until the incident is over, and thirty').toBe(
      33,
    );
    expect(wantedOf(story)).toMatchObject({
      stableSince: start + 7 * minute,
      release: { at: start + 37 * minute, reason: 'stable', by: null },
    });
  });

  test('and a break begins the wait anew', () => {
    const breaks: [string, (story: Story) => Found][] = [
      ['one look that found out nothing', () => ({ qualities: all(rules, 'inbound', 'unknown') })],
      ['one forward that failed', (story) => ({ ...wellNow(story), qualities: { eth: 'bad' } })],
      ['a signer that was quiet', () => ({ signers: [signer('quiet', start)] })],
      ['blindness', () => ({ qualities: { ...all(rules, 'reference', 'bad'), eth: 'bad' } })],
      ['darkness', () => dark],
    ];
    for (const [what, found] of breaks) {
      const story = withNode();
      for (let tick = 0; tick < 20; tick += 1) tickWith(story, wellNow(story));
      expect(wantedOf(story)?.stableSince, what).not.toBeNull();
      tickWith(story, found(story));
      expect(wantedOf(story)?.stableSince, what).toBeNull();
      expect(minutesUntilReleased(story, wellNow), what).toBeGreaterThanOrEqual(30);
    }
  });

  test('and so does a time in which nobody looked', () => {
    const story = withNode();
    for (let tick = 0; tick < 20; tick += 1) tickWith(story, wellNow(story));
    const back = story.nextAt() + hour;
    story.tick({
      ...wellNow(story),
      at: back,
      beats: { cluster: back },
      signers: [signer('signing', back)],
      standbys: lookAt(story, {}),
    });
    expect(wantedOf(story)).toMatchObject({ stableSince: back, release: null });
  });

  test('by a house whose signer was never shown by any source; but not by one that is not known now', () => {
    const unknown = (): Found => ({ signers: [signer('unknown')] });
    expect(minutesUntilReleased(withNode(), unknown)).toBe(33);
    const story = withNode();
    const trace = { next: 1, tip: null, freshAt: start, through: null, stake: null, open: [], keys: [] };
    const ledger = { alpha: { keys: ['7'], wasActive: [], traces: { 'rpc-a': trace }, slashings: [] } };
    expect(minutesUntilReleased(story, () => ({ ...unknown(), ledger }))).toBeNull();
  });

  test('at once when the chain does not expect its signer to sign any more', () => {
    const story = withNode();
    tickWith(story, { ...dark, signers: [signer('inactive')] });
    expect(wantedOf(story)?.release).toEqual({ at: start + 4 * minute, reason: 'inactive', by: null });
    tickWith(story, { ...dark, signers: [signer('silent')] });
    expect(wantedOf(story), 'it is expected to sign again').toMatchObject({
      id: 'alpha.20261123T020500Z',
      release: null,
    });
  });

  test('when its time is over, and the same outage wants none again', () => {
    const short = rulesWith({}, { standby: { chains: ['ethereum'], expireAfterMs: hour } });
    const story = withNode(short);
    for (let tick = 0; tick < 61; tick += 1) tickWith(story, dark);
    const expired = wantedOf(story);
    expect(expired?.release).toEqual({ at: start + 63 * minute, reason: 'expired', by: null });
    for (let tick = 0; tick < 90; tick += 1) tickWith(story, dark, gone);
    expect(wantedOf(story)).toEqual(expired);
    for (let tick = 0; tick < 10; tick += 1) tickWith(story, wellNow(story), gone);
    expect(wantedOf(story), 'the outage is over, and nothing is there').toBeUndefined();
    story.ticks(4, dark);
    expect(wantedOf(story)).toMatchObject({ release: null });
  });

  test('when its signer, its chain or all standbys are not configured any more, although somebody keeps it', () => {
    const others = [rulesWith({}, { signers: [] }), rulesWith({}, { standby: null })];
    for (const other of [
      ...others,
      rulesWith({}, { standby: { chains: ['berachain'], expireAfterMs: day } }),
    ]) {
      const story = withNode();
      story.hear([wish('keep', story.nextAt() - 30 * second)]);
      story.tick({ ...dark, standbys: lookAt(story, {}) }, other);
      expect(wantedOf(story)?.release).toMatchObject({ reason: 'not-configured' });
    }
  });

  test('and forgotten without a word when another site of the file has the signer now', () => {
    const story = withNode();
    const wanted = wantedOf(story);
    if (wanted === undefined) throw new Error('nothing is wanted');
    const moved = {
      bySigner: { alpha: { wanted: { ...wanted, site: 'cabin', id: 'alpha.x' }, seen: null } },
      fleet: null,
    };
    const unread = story.tick({ ...dark }, rulesWith({}, { signers: [] }));
    expect([unread.wanted, wantedOf(story)], 'as long as nobody knows, nothing is written').toEqual([
      [],
      wanted,
    ]);
    expect(story.tick({ ...dark, standbys: moved }).wanted).toEqual([]);
    expect(wantedOf(story)).toBeUndefined();
  });

  test('never by an outage that turns out to be none: only by the house being well', () => {
    const story = withNode();
    for (let tick = 0; tick < 60; tick += 1) tickWith(story, { ...dark, beats: { cluster: story.nextAt() } });
    expect(story.memory()?.state.judgement.verdict).toBe('inbound-lost');
    expect(wantedOf(story)?.release).toBeNull();
    expect(minutesUntilReleased(story, wellNow)).toBe(33);
  });

  test('and remembered until nothing is there of it, known from a look after the release', () => {
    const story = withNode();
    for (let tick = 0; tick < 34; tick += 1) tickWith(story, wellNow(story));
    expect(wantedOf(story)?.release).not.toBeNull();
    for (const phase of ['releasing', 'failed'] as const) {
      tickWith(story, wellNow(story), { phase });
      expect(wantedOf(story), phase).toBeDefined();
    }
    story.tick(wellNow(story));
    expect(wantedOf(story), 'nothing was read').toBeDefined();
    tickWith(story, wellNow(story), gone);
    expect(wantedOf(story)).toBeUndefined();
  });
});

describe('trouble that begins again', () => {
  test('before the release is that of the same standby', () => {
    const story = withNode();
    for (let tick = 0; tick < 20; tick += 1) tickWith(story, wellNow(story));
    const first = wantedOf(story);
    const againAt = story.nextAt();
    for (let tick = 0; tick < 4; tick += 1) tickWith(story, dark);
    expect(wantedOf(story)).toMatchObject({
      id: first?.id,
      incident: 'home.site.home.20261123T022400Z',
      since: againAt,
      stableSince: null,
      release: null,
    });
  });

  test('after the release wants another, although the node of the first may still be there', () => {
    const story = withNode();
    for (let tick = 0; tick < 34; tick += 1) tickWith(story, wellNow(story));
    const first = wantedOf(story);
    expect(first?.release).not.toBeNull();
    for (let tick = 0; tick < 4; tick += 1) tickWith(story, dark, { wantedId: first?.id ?? null });
    const second_ = wantedOf(story);
    expect(second_?.release).toBeNull();
    expect(second_?.id).not.toBe(first?.id);
  });
});

describe('a person', () => {
  test('asks for one in a house that is well: it is made whatever the house is, and stays until it is released', () => {
    const story = storyOf(rules);
    story.tick();
    const at = story.nextAt() - 40 * second;
    const asked = story.hear([wish('create', at)]);
    expect(asked.wakesProvision).toBe(true);
    expect(asked.wanted).toEqual([
      {
        id: 'alpha.20261123T020020Z',
        signer: 'alpha',
        site: 'home',
        chain: 'ethereum',
        reason: 'person',
        incident: null,
        why: 'to be sure',
        by: 'Maria',
        since: at,
        decidedAt: at,
        witness: null,
        lifeAt: null,
        holds: true,
        expiresAt: at + 7 * day,
        keep: null,
        stableSince: null,
        release: null,
      },
    ]);
    expect(minutesUntilReleased(story, wellNow)).toBeNull();
    tickWith(story, { ...wellNow(story), signers: [signer('inactive')] });
    expect(wantedOf(story)?.release).toBeNull();
    const late = story.nextAt() - 30 * second;
    const released = story.hear([wish('release', late)]);
    expect(wantedOf(story)?.release).toEqual({ at: late, reason: 'person', by: 'Maria' });
    expect(released.wakesProvision).toBe(true);
  });

  test('asks before the first look at the site', () => {
    const story = storyOf(rules);
    story.tick({ events: [wish('create', start - second)] });
    expect(wantedOf(story)).toMatchObject({ reason: 'person', decidedAt: start - second });
  });

  test('asks during an outage: it is part of that', () => {
    const story = storyOf(rules);
    story.tick(dark);
    story.hear([wish('create', start + 30 * second)]);
    expect(wantedOf(story)?.incident).toBe('home.site.home.20261123T020000Z');
    story.ticks(5, dark);
    expect(wantedOf(story)).toMatchObject({ reason: 'person', witness: null });
  });

  test('asked before the outage: it is part of that as soon as that would want one', () => {
    const story = storyOf(rules);
    story.tick();
    story.hear([wish('create', start + 30 * second)]);
    story.ticks(4, dark);
    expect(wantedOf(story)).toMatchObject({ reason: 'person', incident: 'home.site.home.20261123T020100Z' });
  });

  test('asks for one that is there: it is theirs from then on, what failed is tried again, and a stable house does not end it', () => {
    const story = withNode(rulesWith({}, { standby: { chains: ['ethereum'], expireAfterMs: hour } }));
    const at = story.nextAt() - 30 * second;
    const before = wantedOf(story)?.id;
    story.hear([wish('create', at)]);
    const asked = wantedOf(story);
    expect(asked).toMatchObject({ reason: 'person', by: 'Maria', keep: null, release: null });
    expect(asked?.id, 'another wanting: a failure is that of the one before').not.toBe(before);
    story.hear([wish('create', at)]);
    expect(wantedOf(story), 'heard twice').toEqual(asked);
    expect(minutesUntilReleased(story, wellNow), 'its time ends it').toBe(60);
  });

  test('releases it during the outage: the same outage wants none again, the next one does', () => {
    const story = withNode();
    story.hear([wish('release', story.nextAt() - 30 * second)]);
    for (let tick = 0; tick < 30; tick += 1) tickWith(story, dark, gone);
    expect(wantedOf(story)?.release?.reason).toBe('person');
    for (let tick = 0; tick < 10; tick += 1) tickWith(story, wellNow(story), gone);
    expect(wantedOf(story)).toBeUndefined();
    story.ticks(4, dark);
    expect(wantedOf(story)?.release).toBeNull();
  });

  test('asks again after a release: that is another', () => {
    const story = withNode();
    const at = story.nextAt() - 30 * second;
    const first = wantedOf(story)?.id;
    story.hear([wish('release', at), wish('create', at + 10 * second)]);
    expect(wantedOf(story)).toMatchObject({ reason: 'person', release: null, decidedAt: at + 10 * second });
    expect(wantedOf(story)?.id).not.toBe(first);
  });

  test('is heard once, however often what was said is read, and in whatever order', () => {
    const story = storyOf(rules);
    story.tick();
    const at = story.nextAt() - 50 * second;
    const events = [wish('create', at), wish('keep', at + second), wish('release', at + 2 * second)];
    story.hear(events);
    const first = wantedOf(story);
    expect(first?.release).not.toBeNull();
    for (const again of [events, events.toReversed(), events.slice(0, 1), events.slice(1, 2)]) {
      expect(story.hear(again).wanted, again.map(({ wish: what }) => what).join()).toEqual([]);
    }
    story.tick({ events });
    expect(wantedOf(story)).toEqual(first);
  });

  test('within one second asks, releases and asks again: the ids differ', () => {
    const story = storyOf(rules);
    story.tick();
    const at = start + 30 * second;
    story.hear([wish('create', at), wish('release', at + 100), wish('create', at + 200)]);
    expect(wantedOf(story)).toMatchObject({ id: 'alpha.20261123T020031Z', release: null });
  });

  test('who speaks of a signer that is not there, or has no node, or releases nothing, changes nothing', () => {
    const story = storyOf(rulesWith({}, { targets: [target('eth', 'inbound')] }));
    story.tick();
    const at = start + 30 * second;
    const nobody = wish('create', at, { signer: 'nobody' });
    const step = story.hear([nobody, wish('release', at), wish('keep', at)]);
    expect([step.wanted, step.memory.state.wanted, step.wakesProvision]).toEqual([[], {}, false]);
    const none = storyOf(rulesWith({}, { standby: null }));
    none.tick();
    expect(none.hear([wish('create', at)]).wanted).toEqual([]);
  });
});
