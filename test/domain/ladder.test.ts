// Who is told when: groups one after another, reminders, and what an acknowledgement stops and what it does not.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AckEvent, MuteEvent } from '../../functions/domain/event.ts';
import { dueChannels, type NotifyGroup } from '../../functions/domain/ladder.ts';
import { severities, type Severity } from '../../functions/domain/severity.ts';
import { step, type Step } from '../../functions/domain/step.ts';
import { all, findingsOf, hour, minute, siteRules, start, target, withPolicy } from '../support/site.ts';
import { said, type Story, storyOf } from '../support/story.ts';

const notify: NotifyGroup[] = [
  { afterMs: 0, channels: ['chat'], minSeverity: 'info' },
  { afterMs: 10 * minute, channels: ['phone'], minSeverity: 'critical' },
  { afterMs: 30 * minute, channels: ['neighbour', 'chat'], minSeverity: 'critical' },
];
const rules = siteRules({ notify, signers: [] });
const dark = { qualities: all(rules, 'inbound', 'bad') };

/** What is said minute by minute: `12 reminder chat`. */
function diary(story: Story, count: number, found = dark): string[] {
  const lines: string[] = [];
  for (let tick = 0; tick < count; tick += 1) {
    const at = (story.nextAt() - start) / minute;
    for (const { notice, channel } of story.tick(found).rows) lines.push(`${at} ${notice.kind} ${channel}`);
  }
  return lines;
}

const idOf = (story: Story): string => story.incidents()[0]?.id ?? '';

const ack = (story: Story, over: Partial<AckEvent> = {}): AckEvent => ({
  kind: 'ack',
  id: 'event-1',
  site: 'home',
  at: story.nextAt() - 40_000,
  by: 'Maria',
  incident: idOf(story),
  severity: 'critical',
  ...over,
});

describe('an outage that nobody acknowledges', () => {
  test('is told of by one group after another, and everybody who was told is reminded', () => {
    expect(diary(storyOf(rules), 47)).toEqual([
      '0 opened chat',
      '10 escalated phone',
      '15 reminder chat',
      '15 reminder phone',
      '30 escalated neighbour',
      '31 reminder chat',
      '31 reminder phone',
      '31 reminder neighbour',
      '46 reminder chat',
      '46 reminder phone',
      '46 reminder neighbour',
    ]);
  });

  test('is repeated with who was told, and with what happened since', () => {
    const story = storyOf(rules);
    diary(story, 12);
    diary(story, 1, { qualities: {} });
    diary(story, 3);
    const reminder = story.rows().find(({ notice }) => notice.kind === 'reminder')?.notice;
    expect(reminder?.told).toEqual(['chat', 'phone']);
    expect(reminder?.items[0]?.changes).toEqual([
      'well again; watching whether it stays so',
      expect.stringMatching(/^bad again: dark or cut off/),
    ]);
  });

  test('that is over is told to all of them, and to nobody else', () => {
    const story = storyOf(rules);
    diary(story, 12);
    expect(diary(story, 5, { qualities: {} })).toEqual(['15 resolved chat', '15 resolved phone']);
  });

  test('is not told again while it recovers', () => {
    const story = storyOf(withPolicy({ recoverMs: hour }, { notify, signers: [] }));
    diary(story, 2);
    expect(diary(story, 40, { qualities: {} })).toEqual([]);
  });

  test('waits for its messages in order: each comes after the one before to the same channel', () => {
    const story = storyOf(rules);
    diary(story, 16);
    const chat = story.rows().filter(({ channel }) => channel === 'chat');
    expect(chat.map(({ after }) => after)).toEqual([[], [chat[0]?.id]]);
  });
});

describe('a warning', () => {
  const bad = { qualities: { eth: 'bad' as const } };

  test('climbs no further than its gravity, and is repeated as seldom as the policy says', () => {
    const story = storyOf(rules);
    expect(diary(story, 12 * 60 + 3, bad)).toEqual(['1 opened chat', '721 reminder chat']);
  });

  test('that becomes critical is told from the first group on, and climbs from there', () => {
    const grave = siteRules({ notify, signers: [], targets: [...rules.targets] });
    const story = storyOf(grave);
    diary(story, 5, bad);
    const lines = diary(story, 12);
    expect(lines.slice(0, 2)).toEqual(['5 opened chat', '15 escalated phone']);
  });

  test('is not repeated in quiet hours', () => {
    const night = withPolicy(
      { quietHours: { from: '04:00', to: '05:00' }, remindMs: { critical: null, warning: hour, info: null } },
      { notify, signers: [] },
    );
    // It is 03:00 in Berlin at the start.
    expect(diary(storyOf(night), 130, bad)).toEqual(['1 opened chat', '120 reminder chat']);
  });
});

describe('an acknowledgement', () => {
  test('is told to everybody who was told, by name; then nobody is reminded and no further group is told', () => {
    const story = storyOf(rules);
    diary(story, 12);
    const step = story.hear([ack(story)]);
    expect(said(step.rows)).toEqual([
      'acknowledged critical to chat about site/home dark',
      'acknowledged critical to phone about site/home dark',
    ]);
    expect(step.rows[0]?.notice.acknowledgedBy).toBe('Maria');
    expect(diary(story, 120)).toEqual([]);
    expect(story.incidents()[0]?.timeline.map(({ event, text }) => `${event} ${text}`)).toContain(
      'acknowledged by Maria',
    );
  });

  test('does not keep back that it is over', () => {
    const story = storyOf(rules);
    diary(story, 2);
    story.hear([ack(story)]);
    expect(diary(story, 5, { qualities: {} })).toEqual(['5 resolved chat']);
  });

  test('of something critical is over after four hours: then all are told again', () => {
    const story = storyOf(rules);
    diary(story, 12);
    const event = ack(story);
    story.hear([event]);
    const lines = diary(story, 4 * 60 + 2);
    const over = Math.ceil((event.at + 4 * hour - start) / minute);
    expect(lines).toEqual([`${over} reminder chat`, `${over} reminder phone`]);
    expect(story.incidents()[0]).toMatchObject({ ack: null });
    expect(story.incidents()[0]?.timeline.map(({ event: what }) => what)).toContain('ack-over');
    // From here on it is as if it had been told for the first time.
    expect(diary(story, 31).filter((line) => line.includes('escalated'))).toHaveLength(1);
  });

  test('given twice, or taken in twice, is one', () => {
    const story = storyOf(rules);
    diary(story, 2);
    story.hear([ack(story), ack(story, { id: 'event-2', by: 'Otto' })]);
    expect(said(story.hear([ack(story), ack(story, { id: 'event-2', by: 'Otto' })]).rows)).toEqual([]);
    expect(story.incidents()[0]?.ack?.by).toBe('Maria');
  });

  test.each([
    ['another incident', { incident: 'home.site.home.20200101T000000Z' }],
    ['something less grave', { severity: 'warning' as const }],
    ['a time long ago', { at: start - 5 * hour }],
  ])('of %s changes nothing', (_, over) => {
    const story = storyOf(rules);
    diary(story, 2);
    expect(story.hear([ack(story, over)]).rows).toEqual([]);
    expect(diary(story, 15)).toContain('15 reminder chat');
  });

  test('of a warning ends when it gets worse: that is news, and is told from the first group on', () => {
    const mild = withPolicy(
      { remindMs: { critical: null, warning: hour, info: null } },
      { notify, signers: [] },
    );
    const story = storyOf(mild);
    const cutOff = { qualities: dark.qualities, beats: { cluster: start } };
    // The house lives: the way in is broken, which is a warning.
    const alive = (): Parameters<Story['tick']>[0] => ({ ...cutOff, beats: { cluster: story.nextAt() } });
    for (let tick = 0; tick < 5; tick += 1) story.tick(alive());
    story.hear([ack(story, { severity: 'critical' }), ack(story, { id: 'event-2', severity: 'warning' })]);
    expect(story.incidents()[0]).toMatchObject({ kind: 'inbound-lost', ack: { by: 'Maria' } });
    const rows: Step['rows'][number][] = [];
    for (let tick = 0; tick < 5; tick += 1) rows.push(...story.tick(dark).rows);
    expect(said(rows)).toEqual(['raised critical to chat about site/home dark']);
    expect(story.incidents()[0]?.ack).toBeNull();
  });

  test('of one part of a page is one of the whole page', () => {
    const many = siteRules({
      notify,
      signers: [],
      targets: [
        ...Array.from({ length: 30 }, (_, index) => target(`t${index}`, 'inbound')),
        target('up', 'inbound'),
      ],
      policy: withPolicy({ remindMs: { critical: hour, warning: hour, info: null } }).policy,
    });
    const bad = { qualities: { ...all(many, 'inbound', 'bad'), up: 'good' as const } };
    const story = storyOf(many);
    expect(diary(story, 3, bad)).toEqual(['1 opened chat']);
    expect(story.incidents()).toHaveLength(30);
    const third = story.incidents()[2]?.id ?? '';
    expect(story.hear([ack(story, { incident: third, severity: 'warning' })]).rows).toHaveLength(1);
    expect(diary(story, 150, bad)).toEqual([]);
  });
});

test('a blackout of a site with 30 targets is one page, and one reminder for each quarter of an hour', () => {
  const targets = Array.from({ length: 30 }, (_, index) => target(`t${index}`, 'inbound'));
  const many = siteRules({ notify, signers: [], targets });
  const story = storyOf(many);
  const lines = diary(story, 30, { qualities: all(many, 'inbound', 'bad') });
  expect(lines).toEqual(['0 opened chat', '10 escalated phone', '15 reminder chat', '15 reminder phone']);
});

describe('parts of one page', () => {
  const three = siteRules({
    notify,
    signers: [],
    targets: ['a', 'b', 'c', 'up'].map((id) => target(id, 'inbound')),
  });

  test('that end one after another say which is the last', () => {
    const story = storyOf(three);
    diary(story, 3, { qualities: { a: 'bad', b: 'bad' } });
    story.ticks(4, { qualities: { b: 'bad' } });
    story.ticks(4);
    const ends = story.rows().filter(({ notice }) => notice.kind === 'resolved');
    expect(ends.map(({ notice }) => [notice.thread, notice.isThreadOver])).toEqual([
      [idOf(story), false],
      [idOf(story), true],
    ]);
  });

  test('that are opened later are a page of their own', () => {
    const story = storyOf(three);
    diary(story, 3, { qualities: { a: 'bad' } });
    diary(story, 3, { qualities: { a: 'bad', b: 'bad' } });
    expect(new Set(story.rows().map(({ notice }) => notice.thread)).size).toBe(2);
  });
});

describe('a mute', () => {
  const mute = (story: Story, over: Partial<MuteEvent> = {}): MuteEvent => ({
    kind: 'mute',
    id: 'mute-1',
    site: 'home',
    at: story.nextAt() - 40_000,
    by: 'Maria',
    subject: null,
    from: story.nextAt() - minute,
    until: story.nextAt() + hour,
    why: 'new UPS',
    ...over,
  });

  test('keeps everything of the site back while it lasts, and what still holds is told then', () => {
    const story = storyOf(rules);
    diary(story, 1, { qualities: {} });
    story.hear([mute(story)]);
    expect(diary(story, 64)).toEqual(['61 opened chat']);
    expect(story.memory()?.state.mutes).toEqual([]);
  });

  test('of one part keeps only that back', () => {
    const story = storyOf(rules);
    diary(story, 1, { qualities: {} });
    story.hear([mute(story, { subject: 'eth' })]);
    const lines = diary(story, 4, { qualities: { eth: 'bad', rpc: 'bad' } });
    expect(lines).toEqual(['2 opened chat']);
    expect(story.rows()[0]?.notice.items.map(({ subject }) => subject.id)).toEqual(['rpc']);
  });

  test('that is ended is over, and one that is too long is cut', () => {
    const story = storyOf(rules);
    diary(story, 1, { qualities: {} });
    story.hear([mute(story, { until: start + 1_000 * 24 * hour })]);
    expect(story.memory()?.state.mutes[0]?.until).toBe(start + 31 * 24 * hour);
    const common = { id: 'unmute-1', site: 'home', at: story.nextAt() - 30_000, by: 'Maria' };
    story.hear([{ ...common, kind: 'unmute', mute: 'mute-1' }]);
    expect(story.memory()?.state.mutes).toEqual([]);
    expect(diary(story, 1)).toEqual(['1 opened chat']);
  });

  test('that came before the first look of a site counts from it on', () => {
    const story = storyOf(rules);
    const early = mute(story, { from: start - minute, until: start + 10 * minute });
    const first = step(null, {
      rules,
      findings: findingsOf(rules, { ...dark, at: start }),
      scheduledAt: start,
      events: [early],
    });
    expect(first.memory.state.mutes).toHaveLength(1);
    expect(first.rows).toEqual([]);
  });

  test('taken in twice is one', () => {
    const story = storyOf(rules);
    diary(story, 1, { qualities: {} });
    story.hear([mute(story)]);
    story.hear([mute(story)]);
    expect(story.memory()?.state.mutes).toHaveLength(1);
  });
});

describe('due channels', () => {
  const anyGroup = fc.record({
    afterMs: fc.integer({ min: 0, max: 100 }),
    channels: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
    minSeverity: fc.constantFrom<Severity>(...severities),
  });

  test('never become fewer with time or gravity, and name nobody twice', () => {
    fc.assert(
      fc.property(
        fc.array(anyGroup),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 50 }),
        (groups, since, more) => {
          const now = dueChannels(groups, 'warning', since);
          expect(new Set(now).size).toBe(now.length);
          expect(dueChannels(groups, 'warning', since + more)).toEqual(expect.arrayContaining(now));
          expect(dueChannels(groups, 'critical', since)).toEqual(expect.arrayContaining(now));
        },
      ),
    );
  });
});
