// What is told of drills: that the failover does not work, or that nobody has tried it for too long; and when that is over.
import { describe, expect, test } from 'vitest';
import type { Drilled } from '../../../functions/domain/drill/drill.ts';
import { tooOldMs } from '../../../functions/domain/drill/observe-drill.ts';
import type { SiteRules } from '../../../functions/domain/policy.ts';
import type { Doubt } from '../../../functions/domain/standby/standby.ts';
import { noLook } from '../../../functions/domain/standby/standby-look.ts';
import { drilled, drillRecord, marks } from '../../support/drills.ts';
import { atOnce, defaultPolicy, type Found, hour, minute, siteRules } from '../../support/site.ts';
import { fleet } from '../../support/standbys.ts';
import { said, storyOf, type Story } from '../../support/story.ts';

const rules = siteRules({
  policy: { ...defaultPolicy, report: null },
  notify: atOnce('phone'),
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
  drills: { mode: 'boot', chains: ['ethereum'], tells: ['alpha'] },
});
const ofDrill = 'warning to phone about drill/alpha drill-failed';

const known = (drills: Readonly<Record<string, Drilled>>): Found => ({
  standbys: { ...noLook, fleet: fleet({ drills }) },
});
const tell = (story: Story, found: Found): string[] =>
  said(story.tick(found).rows).filter((line) => line.includes(' drill/'));

const failure = drillRecord({
  id: 'f',
  outcome: 'failed',
  text: 'its agent has said nothing for 45 minutes',
  marks: marks({ reported: null, syncing: null, synced: null }),
});
const failed = drilled(failure);

describe('a drill that has failed', () => {
  test('is a warning, once, and over with the first that passes', () => {
    const story = storyOf(rules);
    expect(tell(story, {})).toEqual([]);
    expect(tell(story, known({ alpha: failed }))).toEqual([`opened ${ofDrill}`]);
    // Nobody looks in most minutes, and that says nothing.
    for (let minutes = 0; minutes < 9; minutes += 1) expect(tell(story, {})).toEqual([]);
    expect(tell(story, known({ alpha: failed }))).toEqual([]);
    const passed = drilled(drillRecord({ id: 'p', outcome: 'passed', endedAt: story.nextAt() }));
    expect(tell(story, known({ alpha: passed }))).toEqual([`resolved ${ofDrill}`]);
    const [incident] = story.incidents();
    expect(incident?.timeline.at(-2)?.text).toContain('a drill has passed: created in 41 s');
  });

  test('says what failed, in which phase, and what to do', () => {
    const story = storyOf(rules);
    story.tick(known({ alpha: failed }));
    const [incident] = story.incidents();
    expect(incident?.summary).toBe(
      'the failover of alpha does not work: its agent has said nothing for 45 minutes',
    );
    expect(incident?.evidence.slice(0, 2)).toEqual([
      'it ended while its machine booted, before its agent said anything (created in 41 s; in all 41 s)',
      'put that right, then try it again: watchdog drill alpha --why "…"',
    ]);
  });

  test('after it was synced does not say that the failover does not work', () => {
    const story = storyOf(rules);
    const text = 'the snapshot could not be made: QUOTA_EXCEEDED';
    story.tick(known({ alpha: drilled(drillRecord({ outcome: 'failed', text })) }));
    expect(story.incidents()[0]?.summary).toBe(
      `the failover of alpha works, and its drill has failed all the same: ${text}`,
    );
  });

  test('stays a warning when the next one gives way, and goes on when the next one fails', () => {
    const story = storyOf(rules);
    tell(story, known({ alpha: failed }));
    const gaveWay = drillRecord({ id: 'g', outcome: 'gave-way', text: 'a standby is wanted' });
    expect(tell(story, known({ alpha: { ...failed, last: gaveWay } }))).toEqual([]);
    const again = drillRecord({ ...failure, id: 'f2', text: 'QUOTA_EXCEEDED in every zone' });
    expect(tell(story, known({ alpha: drilled(again) }))).toEqual([]);
    expect(story.incidents()).toHaveLength(1);
    expect(story.incidents()[0]?.resolvedAt).toBeNull();
  });
});

describe('what says nothing', () => {
  const gaveWay = drilled(drillRecord({ outcome: 'gave-way', text: 'a standby is wanted' }));
  const silent: readonly (readonly [string, SiteRules, Readonly<Record<string, Drilled>>])[] = [
    ['no drill yet', rules, {}],
    ['one that gave way', rules, { alpha: gaveWay }],
    ['a failure of a signer that this site does not tell of', rules, { other: failed }],
    [
      'a failure that another site tells of',
      { ...rules, reportsSelf: false, drills: { mode: 'boot', chains: ['ethereum'], tells: [] } },
      { alpha: failed },
    ],
    ['a failure without standbys', { ...rules, standby: null, drills: null }, { alpha: failed }],
  ];
  test.each(silent)('%s', (_, given, drills) => {
    const story = storyOf(given);
    expect([...tell(story, known(drills)), ...tell(story, known(drills))]).toEqual([]);
  });
});

describe('a failover that nobody has tried', () => {
  const old = (story: Story, ageMs: number): Found =>
    known({ alpha: drilled(drillRecord({ endedAt: story.nextAt() - ageMs })) });

  test('for more than three weeks is told of, with when it was, and what to do', () => {
    const story = storyOf(rules);
    expect(tell(story, old(story, tooOldMs))).toEqual([]);
    expect(tell(story, old(story, tooOldMs + minute))).toEqual([`opened ${ofDrill}`]);
    const [incident] = story.incidents();
    expect(incident?.summary).toBe(
      'nobody knows whether the failover of alpha works: it has not been tried for 21 days',
    );
    expect(incident?.evidence).toEqual([
      'no drill was asked for since',
      'try it: watchdog drill alpha --why "…"',
    ]);
  });

  test('because each gave way says why', () => {
    const story = storyOf(rules);
    const gaveWay = drillRecord({ id: 'g', outcome: 'gave-way', text: 'the month has cost enough' });
    const told = drillRecord({ endedAt: story.nextAt() - tooOldMs - hour });
    story.tick(known({ alpha: { last: gaveWay, told, synced: null } }));
    expect(story.incidents()[0]?.evidence[0]).toBe('the last drill gave way: the month has cost enough');
  });

  test('is nothing when the week asks for none', () => {
    const story = storyOf({ ...rules, drills: { mode: 'off', chains: ['ethereum'], tells: ['alpha'] } });
    expect(tell(story, old(story, 2 * tooOldMs))).toEqual([]);
  });
});

describe('what was told is over', () => {
  const without: readonly (readonly [string, SiteRules])[] = [
    ['without standbys', { ...rules, standby: null, drills: null }],
    [
      'without the signer',
      { ...rules, signers: [], drills: { mode: 'boot', chains: ['ethereum'], tells: [] } },
    ],
  ];
  test.each(without)('%s in the configuration', (_, later) => {
    const story = storyOf(rules);
    tell(story, known({ alpha: failed }));
    const told = said(story.tick({}, later).rows);
    expect(told).toContain(`resolved ${ofDrill}`);
    expect(story.incidents()[0]?.timeline.find(({ event }) => event === 'resolved')?.text).toBe(
      'no drill of it is configured any more',
    );
  });

  test('and not between two ticks, of which nobody looked at anything', () => {
    const story = storyOf(rules);
    tell(story, known({ alpha: failed }));
    story.hear([]);
    expect(story.incidents()[0]?.resolvedAt).toBeNull();
  });
});

describe('keys on the node of a drill', () => {
  const doubt = (since: number, kind: Doubt['kind'] = 'keys-present'): Found => ({
    standbys: {
      ...noLook,
      fleet: fleet({ doubts: { alpha: { kind, text: 'key material is on it', since } } }),
    },
  });
  const clear = (story: Story): void => {
    const incident = story.incidents().at(-1)?.id ?? '';
    const at = story.nextAt() - minute / 2;
    story.hear([{ kind: 'clear', id: `c-${at}`, site: 'home', by: 'Ada', why: 'a test key', incident, at }]);
  };

  test.each([
    ['keys-present', 'keys-on-standby'],
    ['malformed', 'standby-doubt'],
  ] as const)('%s are a page that only a person ends, although the drill does not end', (kind, problem) => {
    const story = storyOf(rules);
    const about = `critical to phone about drill/alpha ${problem}`;
    expect(tell(story, doubt(story.nextAt(), kind))).toEqual([`opened ${about}`]);
    const passed = known({ alpha: drilled(drillRecord({ outcome: 'passed', endedAt: story.nextAt() })) });
    expect(tell(story, passed)).toEqual([]);
    clear(story);
    expect(tell(story, passed)).toEqual([`resolved ${about}`]);
  });

  test('that are answered are asked again only for what is found later, and not next month', () => {
    const story = storyOf(rules);
    const since = story.nextAt();
    story.tick(doubt(since));
    clear(story);
    expect(tell(story, doubt(since))).toEqual([
      'resolved critical to phone about drill/alpha keys-on-standby',
    ]);
    const later = since + 30 * 24 * hour;
    expect(tell(story, { ...doubt(since), at: later })).toEqual([]);
    expect(tell(story, doubt(later))).toEqual(['opened critical to phone about drill/alpha keys-on-standby']);
  });
});
