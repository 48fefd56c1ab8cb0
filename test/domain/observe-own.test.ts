// The watchdog's own trouble: what opens an incident of it, who is told, and what ends it.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChannelHealth, Delivery } from '../../functions/domain/delivery.ts';
import { observeOwn, type Ticking } from '../../functions/domain/observe-own.ts';
import { atOnce, hour, minute, siteRules, start, withPolicy } from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const inTime: Ticking = { latenessMs: 0, gapMs: minute };
const failing = (failures: number, since: number | null = start): ChannelHealth => ({
  failures,
  failingSince: since,
  outcome: 'auth: HTTP 401',
});
const calm: Delivery = { channels: {}, waiting: {} };

const statusOf = (
  subject: string,
  given: { readonly ticking?: Ticking; readonly delivery?: Delivery | null },
  rules = siteRules(),
): string => {
  const { ticking = inTime, delivery = calm } = given;
  const observed = observeOwn(rules, { at: start + hour, ticking, delivery });
  const one = observed.find((each) => `${each.subject.kind}/${each.subject.id}` === subject);
  if (one === undefined) return 'unsaid';
  return one.observation.status === 'bad' ? one.observation.problem.summary : one.observation.status;
};

describe('ticks', () => {
  test.each<[string, Ticking, string]>([
    ['the first', { latenessMs: 0, gapMs: null }, 'good'],
    ['on time', inTime, 'good'],
    ['as late as may be', { latenessMs: 180_000, gapMs: minute }, 'good'],
    ['later than that', { latenessMs: 180_001, gapMs: minute }, 'the watchdog looks 3 minutes late'],
    ['after the longest gap that may be', { latenessMs: 0, gapMs: 180_000 }, 'good'],
    ['after a longer one', { latenessMs: 0, gapMs: 12 * minute }, 'nobody was watching for 12 minutes'],
    ['after hours, and late', { latenessMs: 2 * hour, gapMs: 5 * hour }, 'nobody was watching for 5 hours'],
    ['after days', { latenessMs: 0, gapMs: 72 * hour }, 'nobody was watching for 3 days'],
    ['of a clock that was set back', { latenessMs: 0, gapMs: -hour }, 'good'],
  ])('%s: %s', (_, ticking, expected) => {
    expect(statusOf('ticks/home', { ticking })).toBe(expected);
  });

  test('are told of by one site only', () => {
    const other = siteRules({ reportsSelf: false });
    expect(statusOf('ticks/home', { ticking: { latenessMs: hour, gapMs: hour } }, other)).toBe('good');
  });

  test('a gap opens one warning that says how long nobody watched, and that is over after three minutes', () => {
    const story = storyOf(siteRules());
    story.ticks(3);
    const gapAt = story.nextAt() + 11 * minute;
    expect(said(story.tick({ at: gapAt }).rows)).toEqual([
      'opened warning to phone about ticks/home late',
      'opened warning to mail about ticks/home late',
    ]);
    story.ticks(3);
    expect(said(story.tick().rows)).toEqual([
      'resolved warning to phone about ticks/home late',
      'resolved warning to mail about ticks/home late',
    ]);
    const [incident, ...more] = story.incidents();
    expect(more).toEqual([]);
    expect(incident?.timeline.map(({ event, text }) => `${event}: ${text}`)).toEqual([
      'opened: late: nobody was watching for 12 minutes',
      'told: opened: phone, mail',
      'recovering: well again; watching whether it stays so',
      'resolved: stayed well',
      'told: resolved: phone, mail',
    ]);
  });

  test('lateness that lasts is one incident, and one gap after the other stays in it', () => {
    const story = storyOf(siteRules());
    story.tick();
    story.ticks(5, { latenessMs: 4 * minute });
    for (let round = 0; round < 5; round += 1) story.tick({ at: story.nextAt() + 4 * minute });
    story.ticks(5);
    expect(story.incidents()).toHaveLength(1);
    expect(story.incidents()[0]?.resolvedAt).not.toBeNull();
  });
});

describe('the outbox', () => {
  const waiting = (ages: Readonly<Record<string, number>>): Delivery['waiting'] =>
    Object.fromEntries(Object.entries(ages).map(([id, age]) => [id, start + hour - age]));

  test.each<[string, Delivery | null, string]>([
    ['not looked at', null, 'unknown'],
    ['with nothing in it', calm, 'good'],
    ['with a message as old as may be', { ...calm, waiting: waiting({ phone: 10 * minute }) }, 'good'],
    [
      'with an older one',
      { ...calm, waiting: waiting({ phone: 10 * minute + 1 }) },
      'a message has not been delivered for too long',
    ],
    [
      'with one that waits for a channel that fails: that is the trouble of the channel',
      { channels: { phone: failing(3) }, waiting: waiting({ phone: 5 * hour }) },
      'good',
    ],
    [
      'with another one beside it',
      { channels: { phone: failing(3) }, waiting: waiting({ phone: 5 * hour, mail: 20 * minute }) },
      'a message has not been delivered for too long',
    ],
  ])('%s', (_, delivery, expected) => {
    expect(statusOf('outbox/home', { delivery })).toBe(expected);
  });
});

describe('a channel', () => {
  test.each<[string, Delivery | null, string]>([
    ['that was not looked at', null, 'unknown'],
    ['that never failed', calm, 'good'],
    ['that works', { ...calm, channels: { phone: failing(0, null) } }, 'good'],
    ['that failed twice', { ...calm, channels: { phone: failing(2) } }, 'unknown'],
    [
      'that failed three times',
      { ...calm, channels: { phone: failing(3) } },
      'nothing arrives by this channel: 3 attempts in a row have failed, for 60 minutes',
    ],
    [
      'that began to fail just now',
      { ...calm, channels: { phone: failing(3, start + hour - 35_000) } },
      'nothing arrives by this channel: 3 attempts in a row have failed',
    ],
  ])('%s', (_, delivery, expected) => {
    expect(statusOf('channel/phone', { delivery })).toBe(expected);
  });

  const broken: Delivery = { ...calm, channels: { phone: failing(3) } };

  test('that fails is told by every other one once, however long it lasts, and never by itself', () => {
    const policy = { remindMs: { critical: null, warning: null, info: null } };
    const rules = withPolicy(policy, {
      notify: [
        ...atOnce('phone', 'mail'),
        { afterMs: 5 * minute, channels: ['neighbour'], minSeverity: 'info' },
      ],
    });
    const story = storyOf(rules);
    story.tick();
    story.ticks(60, { delivery: broken });
    expect(said(story.rows())).toEqual([
      'opened critical to mail about channel/phone channel-failing',
      'opened critical to neighbour about channel/phone channel-failing',
    ]);
  });

  test('that fails and is the only one is told by itself, which is better than nothing', () => {
    const story = storyOf(siteRules({ notify: atOnce('phone') }));
    expect(said(story.tick({ delivery: broken }).rows)).toEqual([
      'opened critical to phone about channel/phone channel-failing',
    ]);
  });

  test('is well again once something got through, and not because nobody looks', () => {
    const story = storyOf(withPolicy({ remindMs: { critical: null, warning: null, info: null } }));
    story.tick({ delivery: broken });
    story.ticks(30, { delivery: null });
    expect(story.incidents()[0]?.resolvedAt).toBeNull();
    story.ticks(4, { delivery: { ...calm, channels: { phone: failing(0, null) } } });
    expect(said(story.rows())).toEqual([
      'opened critical to mail about channel/phone channel-failing',
      'resolved critical to mail about channel/phone channel-failing',
    ]);
  });

  test('that is not configured any more is over at once', () => {
    const story = storyOf(siteRules());
    story.tick({ delivery: broken });
    const last = story.tick({}, siteRules({ notify: atOnce('mail') }));
    expect(said(last.rows)).toEqual(['resolved critical to mail about channel/phone channel-failing']);
  });

  test('maintenance of the house does not mute it', () => {
    const maintenance = [{ subject: null, from: start, until: start + hour, why: 'a new UPS' }];
    const story = storyOf(siteRules({ maintenance }));
    expect(story.tick({ delivery: broken }).rows).toHaveLength(1);
  });
});

describe('whatever comes late, fails and waits', () => {
  const health = fc.record({
    failures: fc.integer({ min: 0, max: 5 }),
    failingSince: fc.constant(start),
    outcome: fc.constant('HTTP 503'),
  });
  const ids = fc.constantFrom('phone', 'mail', 'gone');
  const delivery = fc.option(
    fc.record({ channels: fc.dictionary(ids, health), waiting: fc.dictionary(ids, fc.constant(start)) }),
  );
  const tick = fc.record({
    gap: fc.constantFrom(1, 1, 1, 4, 90),
    latenessMs: fc.constantFrom(0, 0, 5 * minute),
    delivery,
  });

  test('a subject has one open incident, no channel hears of its own failing, and all is over once all is well', () => {
    fc.assert(
      fc.property(fc.array(tick, { maxLength: 40 }), (ticks) => {
        const story = storyOf(siteRules());
        for (const { gap, ...found } of ticks) {
          story.tick({ ...found, at: story.nextAt() + (gap - 1) * minute });
          const open = story.incidents().filter(({ resolvedAt }) => resolvedAt === null);
          expect(new Set(open.map(({ subject }) => `${subject.kind}/${subject.id}`)).size).toBe(open.length);
        }
        story.ticks(5, { delivery: calm });
        expect(story.incidents().filter(({ resolvedAt }) => resolvedAt === null)).toEqual([]);
        const toItself = story
          .rows()
          .filter(({ channel, notice }) =>
            notice.items.some(({ subject }) => subject.kind === 'channel' && subject.id === channel),
          );
        expect(toItself).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
