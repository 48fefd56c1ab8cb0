// The weekly report comes once a week, at the agreed local time, whatever happened.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReportDue } from '../../functions/domain/report.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { hour, minute, siteRules, start, withPolicy } from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const day = 24 * hour;
const zones = [
  'Europe/Berlin',
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Auckland',
  'Australia/Lord_Howe',
];

/** When reports come if the watchdog looks at these times. */
function reportsAt(looks: readonly number[], rules: Pick<SiteRules, 'policy' | 'timezone'>): number[] {
  const reports: number[] = [];
  let from = looks[0] ?? 0;
  for (const at of looks) {
    if (!isReportDue(from, at, rules)) continue;
    reports.push(at);
    from = at;
  }
  return reports;
}

const every = (from: number, until: number, stepMs: number): number[] =>
  Array.from({ length: Math.floor((until - from) / stepMs) }, (_, index) => from + index * stepMs);

const local = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long', hour: '2-digit', minute: '2-digit' }).format(
    at,
  );

describe('while the watchdog looks', () => {
  test.each(zones)('it comes each Monday at 09:00 in %s, also when the clocks are changed', (timezone) => {
    const rules = siteRules({ timezone });
    const reports = reportsAt(every(start, start + 365 * day, 15 * minute), rules);
    expect(reports.length).toBeGreaterThanOrEqual(51);
    expect(new Set(reports.map((at) => local(at, timezone)))).toEqual(new Set(['Monday 09:00']));
  });

  test('an hour that there is not on that day is the next one, and one that comes twice is the first', () => {
    const rules = withPolicy({ report: { weekday: 0, time: '02:30' } });
    const reports = reportsAt(every(Date.UTC(2027, 2, 10), Date.UTC(2027, 10, 10), 30 * minute), rules);
    const on = (date: string) =>
      reports.map((at) => new Date(at).toISOString()).filter((each) => each.startsWith(date));
    expect(on('2027-03-28')).toEqual(['2027-03-28T01:00:00.000Z']);
    expect(on('2027-10-31')).toEqual(['2027-10-31T00:30:00.000Z']);
  });
});

describe('whatever gaps there are', () => {
  const gaps = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 20 * 24 }), fc.integer({ min: 1, max: 15 * 24 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  const zone = fc.constantFrom(...zones);
  const agreed = fc.record({
    weekday: fc.integer({ min: 0, max: 6 }),
    time: fc.constantFrom('00:00', '02:30', '09:00', '23:59'),
  });

  test('two are never less than half a week apart, and no look finds the last one older than a week and a half', () => {
    fc.assert(
      fc.property(gaps, zone, agreed, (hours, timezone, report) => {
        const rules = withPolicy({ report }, { timezone });
        const looks: number[] = [];
        let at = start;
        for (const [watching, away] of hours) {
          looks.push(...every(at, at + watching * hour, 30 * minute));
          at += (watching + away) * hour;
        }
        const reports = reportsAt(looks, rules);
        for (const [index, each] of reports.entries()) {
          const before = reports[index - 1] ?? start;
          expect(each - before).toBeGreaterThanOrEqual(3.5 * day);
          const lookBefore = looks[looks.indexOf(each) - 1] ?? start;
          // Not due before: so nothing between two looks is more than a week and a half of the watchdog's own time away.
          expect(lookBefore - before).toBeLessThan(10.5 * day + 2 * hour);
        }
        const last = reports.at(-1) ?? start;
        expect((looks.at(-1) ?? start) - last).toBeLessThan(10.5 * day + 2 * hour);
      }),
    );
  });

  test('a missed Monday is made up for at once, and the next one comes on a Monday again', () => {
    const monday = start + 7 * day + 6 * hour;
    const wednesday = monday + 2 * day + 6 * hour;
    const looks = [
      ...every(start - 7 * day, monday - hour, minute),
      ...every(wednesday, wednesday + 14 * day, minute),
    ];
    const [, second, third] = reportsAt(looks, siteRules());
    expect(second).toBe(wednesday);
    expect(local(third ?? 0, 'Europe/Berlin')).toBe('Monday 09:00');
  });
});

test('never is never', () => {
  expect(reportsAt(every(start, start + 60 * day, hour), withPolicy({ report: null }))).toEqual([]);
});

describe('what it says', () => {
  const monday = Date.UTC(2026, 10, 30, 8);

  test('goes to every channel, once, and begins a new week', () => {
    const story = storyOf(siteRules());
    story.ticks(3);
    story.tick({ at: start + 2 * hour, latenessMs: 95_000 });
    story.ticks(4);
    const { rows, memory } = story.tick({ at: monday });
    expect(said(rows).filter((each) => each.startsWith('report'))).toEqual([
      'report info to phone about self/home report',
      'report info to mail about self/home report',
    ]);
    expect(rows.find(({ notice }) => notice.kind === 'report')?.notice.items[0]?.evidence).toEqual([
      '9 looks of 10440 that were due (0 %); the latest came 95 s late, and the longest time between two was 7 days',
      '1 incident was opened, and 2 messages woke somebody',
    ]);
    expect(memory.state.week).toMatchObject({ from: monday, ticks: 0, worstGapMs: 0, opened: 1, pages: 2 });
    expect(said(story.tick().rows)).toEqual([]);
  });

  test('a week without a gap says so', () => {
    const story = storyOf(siteRules());
    let rows = story.tick({ at: monday - 4 * day }).rows;
    for (let at = monday - 4 * day + minute; at <= monday; at += minute) rows = story.tick({ at }).rows;
    expect(rows[0]?.notice.items[0]?.evidence).toEqual([
      '5761 looks of 5761 that were due (100 %); the latest came 0 s late, and the longest time between two was 60 s',
      '0 incidents were opened, and 0 messages woke somebody',
    ]);
  });
});
