// The record of days, one day, and one incident, as pages.
import { describe, expect, test } from 'vitest';
import { dayAfter, startOf } from '../../../functions/domain/history/day.ts';
import type { Bar, DayRollup } from '../../../functions/domain/history/history.ts';
import { addLatency, emptySketch } from '../../../functions/domain/history/sketch.ts';
import { incidentDetail } from '../../../functions/views/incidents.ts';
import { dayPage, type DayView } from '../../../functions/views/page/day-page.ts';
import { historyPage, type HistoryView } from '../../../functions/views/page/history-page.ts';
import { incidentPage } from '../../../functions/views/page/incident-page.ts';
import { incident, row } from '../../support/documents.ts';
import { readMarkup } from '../../support/markup.ts';
import { hostileTexts, nowAt } from '../../support/overviews.ts';
import { rollup, tally, targetTally } from '../../support/rollups.ts';

const day = 86_400_000;
const hour = 3_600_000;
const bar = (over: Partial<Bar> = {}): Bar => ({ good: 86_400, doubt: 0, bad: 0, unknown: 0, ...over });
const textOf = (html: string): string => readMarkup(html).text.replace(/\s+/g, ' ');

describe('the record of days', () => {
  const last = '2026-12-01';
  const history = (over: Partial<HistoryView> = {}): HistoryView => ({
    site: 'home',
    name: 'Home',
    from: dayAfter(last, -399),
    to: last,
    days: Array.from({ length: 400 }, (_, index) => ({
      day: dayAfter(last, index - 399),
      site: index === 360 ? bar({ good: 80_000, bad: 6_400 }) : bar(),
      signers: {},
      targets: {},
      incidents: index === 360 ? 1 : 0,
      pages: index === 360 ? 2 : 0,
    })).filter((_, index) => index < 100 || index > 107),
    broken: [],
    ...over,
  });

  test('is a month after the other, the latest first, with a link to each day that there is', () => {
    const { html } = historyPage(history());
    const { problems, elements } = readMarkup(html);
    expect(problems).toEqual([]);
    expect(elements.filter(({ name }) => name === 'table')).toHaveLength(15);
    expect(html.match(/href="home\/\d{4}-\d\d-\d\d"/g)).toHaveLength(392);
    expect(html.indexOf('December 2026')).toBeLessThan(html.indexOf('November 2026'));
    expect(Buffer.byteLength(html)).toBeLessThan(150_000);
  });

  test('says what the days come to, and which have no data', () => {
    const text = textOf(historyPage(history()).html);
    expect(text).toContain(
      '99.98 % well of the known time, 8 days without data, 1 incident, somebody was woken 2 times.',
    );
    expect(text).toContain('23 Oct: 92.59 % well, 1 incident');
    expect(text).toContain('no data');
  });

  test('begins with the first look, and can be empty', () => {
    const text = textOf(historyPage(history({ days: history().days.slice(-2) })).html);
    expect(text).toContain('100 % well of the known time.');
    expect(text).not.toContain('without data');
    expect(textOf(historyPage(history({ days: [] })).html)).toContain('no data');
  });

  test('names what cannot be read', () => {
    const broken = ['history/home_2026-11-03: it does not <parse>'];
    expect(textOf(historyPage(history({ broken })).html)).toContain(broken[0]);
  });
});

describe('one day', () => {
  let latency = emptySketch;
  for (const ms of [38.4, 38.4, 38.4, 64]) latency = addLatency(latency, ms);
  const measured = { ...targetTally({ good: day }), latency };
  const known = (over: Partial<DayRollup> = {}): DayRollup =>
    rollup({
      ticks: 1_430,
      pages: 3,
      site: tally({ ok: 22 * hour, dark: hour }, 2),
      signers: { 'eth-1': tally({ signing: 23 * hour, silent: hour }, 2) },
      targets: {
        'a-well': measured,
        'b-bad': { ...measured, ms: { good: 12 * hour, bad: 12 * hour } },
        'c-silent': targetTally({ good: day }),
      },
      incidents: [
        {
          id: 'home.site.home.20261130T015307Z',
          subject: 'site/home',
          kind: 'dark',
          severity: 'critical',
          openedAt: startOf('2026-11-30') + hour,
          resolvedAt: null,
        },
      ],
      moreIncidents: 1,
      ...over,
    });
  const view = (over: Partial<DayView> = {}): DayView => ({
    site: 'home',
    name: 'Home',
    timezone: 'Europe/Berlin',
    at: nowAt,
    day: '2026-11-30',
    rollup: known(),
    isPublic: false,
    broken: [],
    ...over,
  });

  test('shows how long each part was how, the worst first, and what is no data', () => {
    const { html } = dayPage(view());
    const text = textOf(html);
    expect(readMarkup(html).problems).toEqual([]);
    expect(text).toContain('well 22 h 00 min, dark 1 h 00 min, no data 1 h 00 min');
    expect(text).toContain('signs 23 h 00 min, does not sign 1 h 00 min');
    expect(text).toMatch(/\d\d \/ \d\d \/ \d\d ms/);
    expect(text).toContain('not measured');
    expect(text.indexOf('b-bad')).toBeLessThan(text.indexOf('a-well'));
    expect(text).toContain('And 1 more.');
    expect(text).toContain('in Europe/Berlin it begins at 01:00 (00:00 UTC)');
  });

  test('leads to the days beside it and to its incidents', () => {
    const { html } = dayPage(view());
    for (const href of [
      '../home',
      '2026-11-29',
      '2026-12-01',
      '../../',
      '../../incidents/home.site.home.20261130T015307Z',
    ]) {
      expect(html).toContain(`href="${href}"`);
    }
  });

  test('of which nothing is known says so', () => {
    expect(textOf(dayPage(view({ rollup: null })).html)).toContain('There is no data of this day');
  });

  test('that is not over counts as no data only what has been of it', () => {
    const targets = { rpc: targetTally({ good: 2 * hour }) };
    const today = view({ day: '2026-12-01', rollup: known({ day: '2026-12-01', targets }) });
    const text = textOf(dayPage(today).html);
    expect(text).toContain('It is not over yet.');
    expect(text).toContain('well 2 h 00 min, no data 14 min');
    expect(text).not.toContain('The next day');
  });

  test('for everybody has no links to incidents, and does not say that there was none of what is hidden', () => {
    const cut = known({ incidents: [], moreIncidents: 0, ticks: 0, pages: 0, targets: {} });
    const { html } = dayPage(view({ isPublic: true, rollup: cut }));
    for (const word of ['incidents/', 'Looks', 'Longest gap', 'woke', 'Incidents'])
      expect(html).not.toContain(word);
    expect(dayPage(view({ isPublic: true })).html).not.toContain('incidents/');
  });

  test('keeps names and states of later programs as text', () => {
    const targets = { [hostileTexts.html]: targetTally({ [hostileTexts.quotes]: hour }) };
    const odd = view({ rollup: known({ targets, site: tally({ [hostileTexts.html]: hour }) }) });
    expect(readMarkup(dayPage(odd).html).problems).toEqual([]);
  });
});

describe('one incident', () => {
  const detail = (over: Parameters<typeof incident>[0] = {}) =>
    incidentDetail(
      {
        incident: incident(over),
        rows: [
          row({ state: 'sent', attempts: 1, settledAt: nowAt }),
          row({ channel: 'email', state: 'failed', attempts: 3, outcome: `HTTP 500 ${hostileTexts.html}` }),
          row({ channel: 'phone' }),
        ],
      },
      { name: `Home ${hostileTexts.html}`, timezone: 'Europe/Berlin' },
      nowAt,
    );

  test('that is open says so, who is on it, and what became of each message', () => {
    const { html } = incidentPage(detail(), nowAt);
    const text = textOf(html);
    expect(readMarkup(html).problems).toEqual([]);
    expect(text).toContain('Dark or cut off: nothing answers and nothing shows life.');
    expect(text).toContain('Nobody has said yet that they are on it. Told so far: pager.');
    expect(text).toContain('email page (opened) given up after 3 attempts HTTP 500');
    expect(text).toContain('phone page (opened) not sent yet');
  });

  test('that is over says when, and asks for nobody', () => {
    const text = textOf(incidentPage(detail({ resolvedAt: nowAt + 2 * hour }), nowAt + 3 * hour).html);
    expect(text).toContain('over since 05:14 (04:14 UTC), after 2 h 01 min');
    expect(text).not.toContain('Nobody has said');
  });

  test('an acknowledgement that does not hold any more does not count', () => {
    const ack = {
      by: 'Anna',
      at: nowAt - 2 * hour,
      severity: 'critical',
      until: nowAt - hour,
      isTold: true,
    } as const;
    expect(textOf(incidentPage(detail({ ack }), nowAt).html)).toContain('Nobody has said yet');
    expect(textOf(incidentPage(detail({ ack: { ...ack, until: null } }), nowAt).html)).toContain(
      'Anna is on it',
    );
  });
});
