// When nobody is to be paged: quiet hours in the site's own zone, and maintenance windows.
import { describe, expect, test } from 'vitest';
import { holdOf } from '../../functions/domain/calm.ts';
import type { MaintenanceWindow, QuietHours, SiteRules } from '../../functions/domain/policy.ts';
import { hour, minute, siteRules, start, withPolicy } from '../support/site.ts';

const quiet = (from: string, to: string, timezone = 'Europe/Berlin'): SiteRules =>
  withPolicy({ quietHours: { from, to } satisfies QuietHours }, { timezone });
const night = quiet('22:00', '07:00');
const noon = quiet('12:30', '13:15');

// Berlin is an hour ahead of UTC in winter and two in summer; clocks change on 2026-03-29 and 2026-10-25 at 01:00 UTC.
const hours: [string, SiteRules, string, boolean][] = [
  ['a minute before the night', night, '2026-11-23T20:59:59Z', false],
  ['at the beginning of the night', night, '2026-11-23T21:00:00Z', true],
  ['before midnight', night, '2026-11-23T22:59:59Z', true],
  ['at midnight', night, '2026-11-23T23:00:00Z', true],
  ['at 03:00', night, '2026-11-23T02:00:00Z', true],
  ['in the last minute of the night', night, '2026-11-23T05:59:59Z', true],
  ['at the end of the night', night, '2026-11-23T06:00:00Z', false],
  ['at noon', night, '2026-11-23T11:00:00Z', false],
  ['in summer the night ends an hour earlier by UTC', night, '2026-07-01T04:59:59Z', true],
  ['and not a second later', night, '2026-07-01T05:00:00Z', false],
  ['the morning before clocks go forward', night, '2026-03-28T06:00:00Z', false],
  ['the morning after clocks went forward: still asleep', night, '2026-03-29T04:59:59Z', true],
  ['the morning after clocks went forward: awake', night, '2026-03-29T05:00:00Z', false],
  ['the morning after clocks went back: still asleep', night, '2026-10-25T05:59:59Z', true],
  ['the morning after clocks went back: awake', night, '2026-10-25T06:00:00Z', false],
  ['just before a break within the day', noon, '2026-11-23T11:29:00Z', false],
  ['at the beginning of a break', noon, '2026-11-23T11:30:00Z', true],
  ['in the last minute of a break', noon, '2026-11-23T12:14:59Z', true],
  ['at the end of a break', noon, '2026-11-23T12:15:00Z', false],
  [
    'in another zone it is another time',
    quiet('22:00', '07:00', 'America/New_York'),
    '2026-11-23T11:30:00Z',
    true,
  ],
  ['hours of no length hold nothing', quiet('03:00', '03:00'), '2026-11-23T02:00:00Z', false],
  ['a night from midnight', quiet('00:00', '06:00'), '2026-11-22T23:00:00Z', true],
  ['a zone with a half hour', quiet('07:30', '07:31', 'Asia/Kolkata'), '2026-11-23T02:00:30Z', true],
];

describe('quiet hours', () => {
  test.each(hours)('%s', (_, rules, at, expected) => {
    expect(holdOf(rules, 'eth', 'warning', Date.parse(at))).toBe(expected ? 'quiet-hours' : null);
    expect(holdOf(rules, 'eth', 'info', Date.parse(at))).toBe(expected ? 'quiet-hours' : null);
  });

  test('never hold what is critical, at any minute of a day', () => {
    for (let at = start; at < start + 24 * hour; at += minute) {
      expect(holdOf(night, 'eth', 'critical', at), new Date(at).toISOString()).toBeNull();
    }
  });

  test('hold nothing when there are none', () => {
    expect(holdOf(siteRules(), 'eth', 'warning', start)).toBeNull();
  });
});

const window = (over: Partial<MaintenanceWindow>): MaintenanceWindow => ({
  subject: null,
  from: start,
  until: start + hour,
  why: 'a new disk',
  ...over,
});

const windows: [string, MaintenanceWindow[], number, boolean][] = [
  ['no window', [], start, false],
  ['just before', [window({})], start - 1, false],
  ['at the beginning', [window({})], start, true],
  ['in the last millisecond', [window({})], start + hour - 1, true],
  ['at the end', [window({})], start + hour, false],
  ['of this subject', [window({ subject: 'eth' })], start, true],
  ['of another subject', [window({ subject: 'ssh' })], start, false],
  ['one of two that cover it', [window({ subject: 'ssh' }), window({ subject: 'eth' })], start, true],
];

describe('maintenance', () => {
  test.each(windows)('%s', (_, maintenance, at, expected) => {
    const rules = siteRules({ maintenance });
    for (const severity of ['info', 'warning', 'critical'] as const) {
      expect(holdOf(rules, 'eth', severity, at), severity).toBe(expected ? 'maintenance' : null);
    }
  });

  test('is the reason that is given when it is quiet as well', () => {
    const rules = withPolicy({ quietHours: { from: '00:00', to: '23:59' } }, { maintenance: [window({})] });
    expect(holdOf(rules, 'eth', 'warning', start)).toBe('maintenance');
  });
});
