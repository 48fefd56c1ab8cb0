// What is told of standbys beside the outage: doubts about keys, trouble, nodes that nobody needs, and what becomes of each.
import { describe, expect, test } from 'vitest';
import type { SiteRules } from '../../../functions/domain/policy.ts';
import { observeStandbys } from '../../../functions/domain/standby/observe-standby.ts';
import type { Wanted } from '../../../functions/domain/standby/want.ts';
import {
  emptyFleet,
  type Fleet,
  type Orphan,
  type Seen,
  type Trouble,
} from '../../../functions/domain/standby/standby.ts';
import { all, atOnce, type Found, hour, minute, second, signer, siteRules } from '../../support/site.ts';
import { orphan, seen, wanted } from '../../support/standbys.ts';
import { someTime } from '../../support/documents.ts';
import { said, storyOf, type Story } from '../../support/story.ts';

const rules = siteRules({
  notify: atOnce('phone'),
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
});
const dark: Found = { qualities: all(rules, 'inbound', 'bad') };
const wellNow = (story: Story): Found => ({
  beats: { cluster: story.nextAt() },
  signers: [signer('signing', story.nextAt())],
});

const look = (story: Story, shown: Partial<Seen> | null): Found => {
  const wanted = story.memory()?.state.wanted['alpha'] ?? null;
  const now = shown === null ? null : seen({ wantedId: wanted?.id ?? null, ...shown });
  return { standbys: { bySigner: { alpha: { wanted, seen: now } }, fleet: null } };
};
const tick = (story: Story, found: Found, shown: Partial<Seen> | null): string[] =>
  said(story.tick({ ...found, ...look(story, shown) }).rows);

/** Dark, and its standby is synced and told of. */
function synced(): Story {
  const story = storyOf(rules);
  story.ticks(4, dark);
  tick(story, dark, { phase: 'synced' });
  return story;
}

const trouble: Trouble = {
  kind: 'stuck',
  text: 'the node has said nothing for 45 minutes: look at its console',
  lines: ['kernel: out of memory'],
  since: 0,
};
const gone: Partial<Seen> = {
  phase: 'gone',
  node: null,
  cost: { perHour: 0.5, spent: 0.43, currency: 'USD' },
};
const outage = 'critical to phone about site/home dark';
const running = 'info to phone about standby/alpha standby-running';
const failing = 'about standby/alpha standby-failing';

describe('a standby that nobody acts on', () => {
  test('is told of after five minutes, for then `provision` does not run, and is over with its first word', () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    for (let minutes = 0; minutes < 4; minutes += 1)
      expect(tick(story, dark, null), `${minutes}`).toEqual([]);
    expect(tick(story, dark, null)).toEqual([`opened critical to phone ${failing}`]);
    expect(tick(story, dark, { phase: 'creating', node: null })).toContain(`progress ${outage}`);
    const told = [1, 2, 3, 4].flatMap(() => tick(story, dark, { phase: 'creating', node: null }));
    expect(told).toContain(`resolved critical to phone ${failing}`);
  });

  test("is nobody's matter once the house is well again", () => {
    const story = storyOf(rules);
    story.ticks(4, dark);
    const told = Array.from({ length: 12 }, () => tick(story, wellNow(story), null)).flat();
    expect(told).toEqual([`resolved ${outage}`]);
  });
});

describe('a standby of which nothing more is heard', () => {
  const withFleet = (story: Story, shown: Partial<Seen>, ranAt: number | null): Found => {
    const { standbys } = look(story, shown);
    return standbys === undefined ? {} : { standbys: { ...standbys, fleet: { ...emptyFleet, ranAt } } };
  };
  test('is told of ten minutes after the last run of `provision`, and not while that is not known', () => {
    const story = synced();
    const ranAt = story.nextAt() - minute;
    const tell = (last: number | null): string[] =>
      said(story.tick({ ...dark, ...withFleet(story, { phase: 'synced' }, last) }).rows);
    for (let minutes = 0; minutes < 9; minutes += 1) {
      expect(
        tell(ranAt).filter((each) => each.includes('standby/')),
        `${minutes}`,
      ).toEqual([]);
    }
    expect(tell(ranAt)).toContain(`opened critical to phone ${failing}`);
    expect([1, 2, 3, 4].flatMap(() => tell(story.nextAt()))).toContain(
      `resolved critical to phone ${failing}`,
    );
    expect(
      Array.from({ length: 12 }, () => tell(null))
        .flat()
        .join(' '),
    ).not.toContain('standby/alpha');
  });
});

describe('a node that is still there', () => {
  const wellFor = (story: Story, hours: number, acceptedAt: number): string[] => {
    const { attempt } = seen();
    if (attempt === null) throw new Error('the fixture has an attempt');
    const keep = { by: 'Maria', at: someTime, why: 'so' };
    return Array.from({ length: hours * 60 }, () => {
      const found = look(story, { phase: 'synced', attempt: { ...attempt, acceptedAt } });
      const wanted = { ...(story.memory()?.state.wanted['alpha'] ?? null), keep };
      expect(wanted).not.toBeNull();
      return said(story.tick({ ...wellNow(story), ...found }).rows);
    }).flat();
  };
  test('a day after it was made is a warning, which reminds', () => {
    const story = synced();
    const kept = {
      kind: 'standby',
      id: 'k',
      site: 'home',
      signer: 'alpha',
      by: 'Maria',
      why: 'so',
      wish: 'keep',
    } as const;
    story.hear([{ ...kept, at: story.nextAt() - second }]);
    const told = wellFor(story, 2, story.nextAt() - 23 * hour);
    expect(told).toEqual([
      `resolved ${outage}`,
      `opened ${running}`,
      'raised warning to phone about standby/alpha standby-running',
    ]);
  });

  test('says that nothing deletes it once standbys are not configured any more', () => {
    const [observed] = observeStandbys(
      { alpha: wanted({ signer: 'alpha', release: { at: someTime, reason: 'not-configured', by: null } }) },
      {
        rules: siteRules({ standby: null }),
        at: someTime,
        look: { bySigner: { alpha: { wanted: null, seen: seen({ phase: 'synced' }) } }, fleet: null },
        subjects: new Map(),
        incidents: new Map(),
        clearedAt: () => null,
      },
    );
    expect(JSON.stringify(observed)).toContain('nothing deletes it while `standbys` is not configured');
    expect(JSON.stringify(observed)).toContain('gcloud compute instances delete');
  });

  test('that a person asked for and that may not be made is told of, for information', () => {
    const story = storyOf(rules);
    story.tick(wellNow(story));
    const at = story.nextAt() - second;
    story.hear([
      {
        kind: 'standby',
        id: 'c',
        site: 'home',
        signer: 'alpha',
        by: 'Maria',
        why: 'a trial',
        wish: 'create',
        at,
      },
    ]);
    const refusal = { reason: 'over-cap', text: 'the month would cost too much', since: at } as const;
    const shown = { phase: 'waiting', node: null, attempt: null, refusal } as const;
    expect(tick(story, wellNow(story), shown)).toEqual([`opened info to phone ${failing}`]);
  });
});

describe('a standby that comes along well', () => {
  test('is part of its outage: one outage is one page, however much there is to tell of the standby', () => {
    const quick = siteRules({
      ...rules,
      policy: { ...rules.policy, remindMs: { critical: null, warning: null, info: null } },
    });
    const story = storyOf(quick);
    story.ticks(4, dark);
    for (const phase of ['creating', 'booting', 'syncing', 'synced'] as const) {
      for (let minutes = 0; minutes < 5; minutes += 1) tick(story, dark, { phase });
    }
    expect(said(story.rows())).toEqual([
      `opened ${outage}`,
      `progress ${outage}`,
      `progress ${outage}`,
      `progress ${outage}`,
    ]);
    expect(
      story
        .rows()
        .slice(1)
        .map(({ notice }) => notice.items[0]?.doing),
    ).toEqual([
      ['standby of alpha is being created in europe-west3-b (no capacity in europe-west3-a)'],
      ['standby of alpha is syncing, 41 %, about 2 h 10 min left'],
      ['standby of alpha is synced'],
    ]);
    expect(story.incidents()).toHaveLength(1);
  });

  test('is told of by itself once the outage is over, and that ends with what it has cost', () => {
    const story = synced();
    const told: string[] = [];
    for (let minutes = 0; minutes < 34; minutes += 1)
      told.push(...tick(story, wellNow(story), { phase: 'synced' }));
    expect(told).toEqual([`resolved ${outage}`, `opened ${running}`]);
    expect(tick(story, wellNow(story), { phase: 'releasing' })).toEqual([]);
    expect(tick(story, wellNow(story), gone), 'at once, and not after minutes of being well').toEqual([
      `resolved ${running}`,
    ]);
    expect(story.rows().at(-1)?.notice.items[0]?.evidence).toEqual([
      'the node is deleted; it has cost 0.43 USD',
    ]);
    expect(story.memory()?.state.wanted).toEqual({});
    expect(story.memory()?.state.subjects).toEqual({});
  });

  test('is part of the next outage when that comes first', () => {
    const story = synced();
    for (let minutes = 0; minutes < 10; minutes += 1) tick(story, wellNow(story), { phase: 'synced' });
    const told: string[] = [];
    for (let minutes = 0; minutes < 5; minutes += 1) told.push(...tick(story, dark, { phase: 'synced' }));
    expect(told).toEqual([`opened ${outage}`, `progress ${outage}`]);
    expect(story.memory()?.state.subjects['standby/alpha']).toMatchObject({ kind: 'standby-running' });
  });

  test('that a person asked for tells of itself how it comes along, and of its end', () => {
    const story = storyOf(rules);
    story.tick(wellNow(story));
    const wish = {
      kind: 'standby',
      id: 'e',
      site: 'home',
      signer: 'alpha',
      by: 'Maria',
      why: 'a trial',
    } as const;
    expect(story.hear([{ ...wish, wish: 'create', at: story.nextAt() - 30 * second }]).rows).toEqual([]);
    const told = (['creating', 'booting', 'syncing', 'synced'] as const).flatMap((phase) =>
      [1, 2, 3].flatMap(() => tick(story, wellNow(story), { phase })),
    );
    expect(told).toEqual([`opened ${running}`, `progress ${running}`, `progress ${running}`]);
    expect(story.rows()[0]?.notice.items[0]).toMatchObject({
      summary: 'a node that only syncs is there for alpha, as Maria asked: a trial',
      doing: ['standby of alpha is being created in europe-west3-b (no capacity in europe-west3-a)'],
    });
    story.hear([{ ...wish, wish: 'release', at: story.nextAt() - 30 * second }]);
    expect(tick(story, wellNow(story), gone)).toEqual([`resolved ${running}`]);
  });
});

describe('a standby that merely runs', () => {
  const evidenceOf = (over: Partial<Wanted>, shown: Partial<Seen> = {}): readonly string[] => {
    const at = someTime + hour;
    const each = wanted({ incident: null, ...over });
    const look = { bySigner: { eth: { wanted: each, seen: seen(shown) } }, fleet: null };
    const nothing = { subjects: new Map(), incidents: new Map(), clearedAt: () => null };
    const [observed] = observeStandbys({ eth: each }, { rules, at, look, ...nothing });
    const observation = observed?.observation;
    return observation?.status === 'bad' ? observation.problem.evidence : [];
  };
  const node = 'node bw-eth-2-0a1b2c3d in europe-west3-b, running';
  const spent = 'it has cost 0.47 USD so far, at 0.50 USD an hour';
  const hold = { by: 'Maria', at: someTime, why: 'x' };
  const table: [string, Partial<Wanted>, Partial<Seen>, string[]][] = [
    [
      'after an outage',
      {},
      {},
      [
        spent,
        'it is released once the house has been well for 30 minutes; to keep it: watchdog standby keep eth --why "…"',
        node,
      ],
    ],
    [
      'as a person asked',
      { reason: 'person', expiresAt: someTime + 3 * hour },
      {},
      [
        spent,
        'it is released in 2 hours at the latest; to keep it: watchdog standby keep eth --why "…"',
        node,
      ],
    ],
    [
      'kept',
      { keep: hold },
      {},
      [spent, 'Maria keeps it; to end that: watchdog standby release eth --why "…"', node],
    ],
    [
      'released',
      { release: { at: someTime, reason: 'stable', by: null } },
      {},
      [spent, 'it is being released', node],
    ],
    [
      'without prices, and not there yet',
      { keep: hold },
      { cost: null, node: null },
      [
        'nothing is known to have been paid for yet',
        'Maria keeps it; to end that: watchdog standby release eth --why "…"',
      ],
    ],
  ];
  test.each(table)('%s, says what it costs and how long it stays', (_, over, shown, evidence) => {
    expect(evidenceOf(over, shown)).toEqual(evidence);
  });
});

describe('trouble of a standby', () => {
  test('during a critical outage is critical, with its own words and lines; over, it is well again', () => {
    const story = synced();
    const opened = story.tick({ ...dark, ...look(story, { trouble }) });
    expect(said(opened.rows)).toEqual([`opened critical to phone ${failing}`]);
    expect(opened.rows[0]?.notice.items[0]).toMatchObject({ summary: trouble.text, evidence: trouble.lines });
    expect(Object.values(story.memory()?.incidents ?? {}).map(({ doing }) => doing['alpha']?.line)).toContain(
      `standby of alpha needs you: ${trouble.text}`,
    );
    const told: string[] = [];
    for (let minutes = 0; minutes < 4; minutes += 1) told.push(...tick(story, dark, { phase: 'synced' }));
    expect(told).toEqual([`progress ${outage}`, `resolved critical to phone ${failing}`]);
  });

  test('outside of an outage is a warning, and then only a node that runs', () => {
    const story = synced();
    for (let minutes = 0; minutes < 5; minutes += 1) tick(story, wellNow(story), { phase: 'synced' });
    expect(tick(story, wellNow(story), { trouble })).toEqual([`raised warning to phone ${failing}`]);
    expect(tick(story, wellNow(story), { phase: 'synced' })).toEqual([`lowered ${running}`]);
  });

  test('that cannot be read any more stays what it was', () => {
    const story = synced();
    tick(story, dark, { trouble });
    story.ticks(5, dark);
    expect(story.memory()?.state.subjects['standby/alpha']).toMatchObject({
      phase: 'open',
      kind: 'standby-failing',
    });
  });
});

describe('a doubt about keys', () => {
  const kinds = [
    ['keys-present', 'keys-on-standby'],
    ['malformed', 'standby-doubt'],
    ['from-the-future', 'standby-doubt'],
  ] as const;
  const doubtAt = (since: number, kind: (typeof kinds)[number][0] = 'keys-present'): Partial<Seen> => ({
    phase: 'synced',
    doubt: { kind, text: 'the agent found key material', since },
  });

  test.each(kinds)(
    '%s pages at once, whatever else is told or muted, although the house is dark',
    (kind, problem) => {
      const story = storyOf({
        ...rules,
        maintenance: [{ subject: 'alpha', from: 0, until: Number.MAX_SAFE_INTEGER, why: 'x' }],
      });
      story.tick(dark);
      const wish = {
        kind: 'standby',
        id: 'e',
        site: 'home',
        signer: 'alpha',
        by: 'Maria',
        why: 'x',
      } as const;
      story.hear([{ ...wish, wish: 'create', at: story.nextAt() - 30 * second }]);
      expect(tick(story, dark, doubtAt(story.nextAt(), kind))).toContain(
        `opened critical to phone about standby/alpha ${problem}`,
      );
    },
  );

  test('outlasts the node, and ends only when a person has stated the cause', () => {
    const story = synced();
    const since = story.nextAt();
    tick(story, dark, doubtAt(since));
    const incident = story.incidents().find(({ kind }) => kind === 'keys-on-standby');
    for (let minutes = 0; minutes < 45; minutes += 1) tick(story, wellNow(story), gone);
    expect(story.memory()?.state.wanted).toEqual({});
    expect(story.memory()?.incidents[incident?.id ?? '']?.resolvedAt).toBeNull();
    const clear = { kind: 'clear', id: 'c', site: 'home', by: 'Maria', why: 'a test key' } as const;
    story.hear([{ ...clear, incident: incident?.id ?? '', at: story.nextAt() - 30 * second }]);
    expect(said(story.tick(wellNow(story)).rows)).toEqual([
      'resolved critical to phone about standby/alpha keys-on-standby',
    ]);
  });

  test('that is answered while the node is there is asked again only for what is found later', () => {
    const story = synced();
    const since = story.nextAt();
    tick(story, dark, doubtAt(since));
    const incident = story.incidents().find(({ kind }) => kind === 'keys-on-standby');
    const clear = { kind: 'clear', id: 'c', site: 'home', by: 'Maria', why: 'a test key' } as const;
    story.hear([{ ...clear, incident: incident?.id ?? '', at: story.nextAt() - 30 * second }]);
    expect(tick(story, dark, doubtAt(since))).toEqual([
      'resolved critical to phone about standby/alpha keys-on-standby',
    ]);
    for (let minutes = 0; minutes < 3; minutes += 1) expect(tick(story, dark, doubtAt(since))).toEqual([]);
    expect(tick(story, dark, doubtAt(story.nextAt()))).toEqual([
      'opened critical to phone about standby/alpha keys-on-standby',
    ]);
  });
});

describe('what concerns all standbys', () => {
  const fleet = (over: Partial<Fleet> = {}): Found => ({
    standbys: { bySigner: {}, fleet: { ...emptyFleet, ...over } },
  });
  const orphans: readonly Orphan[] = [
    orphan({ name: 'bw-x' }),
    orphan({ name: 'bw-x', kind: 'disk', text: 'it is left of that' }),
    orphan({ name: 'bw-disk', kind: 'disk' }),
  ];

  test('an orphan is a warning by its name, stays while nobody looks, and is over when it is not there', () => {
    const story = storyOf(rules);
    expect(said(story.tick(fleet({ orphans })).rows)).toEqual([
      'opened warning to phone about orphan/bw-x standby-orphan',
      'opened warning to phone about orphan/bw-disk standby-orphan',
    ]);
    expect(story.rows()[0]?.notice.items[0]).toMatchObject({
      summary: 'a machine of ours is in the cloud that nobody wants, and it costs money',
      evidence: ['instance in europe-west3-c: nobody wants it', 'disk in europe-west3-c: it is left of that'],
    });
    expect(story.rows()[1]?.notice.items[0]?.summary).toContain('a disk of ours');
    expect(story.ticks(9).rows).toEqual([]);
    expect(said(story.tick(fleet({ orphans: orphans.slice(0, 1) })).rows)).toEqual([
      'resolved warning to phone about orphan/bw-disk standby-orphan',
    ]);
  });

  test('trouble of all that `provision` does is told once, and its end', () => {
    const story = storyOf(rules);
    const permission: Trouble = { ...trouble, kind: 'permission', text: 'compute.instances.list is missing' };
    expect(said(story.tick(fleet({ trouble: permission })).rows)).toEqual([
      'opened warning to phone about standby/Fleet standby-failing',
    ]);
    story.ticks(9);
    for (let looks = 0; looks < 3; looks += 1) story.tick(fleet());
    expect(said(story.tick(fleet()).rows)).toEqual([
      'resolved warning to phone about standby/Fleet standby-failing',
    ]);
  });

  test.each<[string, SiteRules]>([
    ['by a site that is not the one to tell', { ...rules, reportsSelf: false }],
    ['without standbys', { ...rules, standby: null }],
  ])('is not told %s, and what was open is over', (_, other) => {
    const story = storyOf(rules);
    story.tick(fleet({ orphans: orphans.slice(0, 1), trouble }));
    const { rows } = story.tick(fleet({ orphans, trouble }), other);
    expect(said(rows).toSorted()).toEqual([
      'resolved warning to phone about orphan/bw-x standby-orphan',
      'resolved warning to phone about standby/Fleet standby-failing',
    ]);
  });
});

test('a message about what is done comes three minutes after the last one, and half an hour after many', () => {
  const story = synced();
  const told: number[] = [];
  for (let minutes = 0; minutes < 120; minutes += 1) {
    // A node that goes to and fro.
    const phase = minutes % 2 === 0 ? 'synced' : 'failed';
    const rows = tick(story, dark, { phase }).filter((line) => line.startsWith('progress'));
    if (rows.length > 0) told.push(minutes);
  }
  expect(told.slice(0, 4).every((at, index) => at >= 3 * (index + 1) - 1)).toBe(true);
  expect(told.length).toBeLessThanOrEqual(10);
  expect(told.length).toBeGreaterThanOrEqual(6);
});

test('whoever is told of an outage later is told what is done; what the others were not told is still told to them', () => {
  const groups = siteRules({
    ...rules,
    notify: [
      { afterMs: 0, channels: ['phone'], minSeverity: 'info' },
      { afterMs: 5 * minute, channels: ['neighbour'], minSeverity: 'info' },
    ],
  });
  const story = storyOf(groups);
  story.ticks(5, dark);
  const escalated = story.tick({ ...dark, ...look(story, { phase: 'synced' }) });
  expect(said(escalated.rows)).toEqual(['escalated critical to neighbour about site/home dark']);
  expect(escalated.rows[0]?.notice.items[0]?.doing).toEqual(['standby of alpha is synced']);
  expect(tick(story, dark, { phase: 'synced' })).toEqual([
    'progress critical to phone about site/home dark',
    'progress critical to neighbour about site/home dark',
  ]);
});
