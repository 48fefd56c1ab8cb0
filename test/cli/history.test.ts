// `watchdog history`: days and one day as somebody types it, what nobody looked at among them, and wrong calls.
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { startOf } from '../../functions/domain/history/day.ts';
import { addToHour, emptyHours } from '../../functions/domain/history/hours.ts';
import type { Day, DayRollup } from '../../functions/domain/history/history.ts';
import { addLatency, emptySketch } from '../../functions/domain/history/sketch.ts';
import {
  dayAnswer,
  dayRow,
  historyAnswer,
  shownRollup,
  withDay,
  type DayAnswer,
  type HistoryAnswer,
  type Show,
  type Sum,
} from '../../functions/views/history-answer.ts';
import { listen } from '../support/server.ts';
import { siteRules } from '../support/site.ts';
import { watchdog, type Ended } from './command.ts';

const rules = siteRules({ signers: [], heartbeats: [] });
const dayMs = 86_400_000;

/** A whole day with one target and one signer; `darkMs` of it nothing answered. */
function rollup(day: Day, darkMs = 0): DayRollup {
  const from = startOf(day);
  const measured = [20, 30, 40, 400];
  return {
    day,
    from,
    through: from + dayMs,
    ticks: 1440,
    worstLatenessMs: 7_000,
    worstGapMs: 61_000,
    pages: darkMs === 0 ? 0 : 2,
    site: { ms: { ok: dayMs - darkMs, dark: darkMs }, changes: darkMs === 0 ? 0 : 2 },
    targets: {
      'geth-p2p': {
        ms: { good: dayMs - darkMs, bad: darkMs },
        changes: 0,
        latency: measured.reduce((sketch, ms) => addLatency(sketch, ms), emptySketch),
        hours: measured.reduce((hours, ms, index) => addToHour(hours, index * 3_600_000, ms), emptyHours),
      },
    },
    signers: { 'eth-1': { ms: { signing: dayMs - 2 * darkMs, silent: 2 * darkMs }, changes: 0 } },
    incidents:
      darkMs === 0
        ? []
        : [
            {
              id: 'home.site.home.20261103T112007Z',
              subject: 'site/home',
              kind: 'dark',
              severity: 'critical',
              openedAt: from + 3_600_000,
              resolvedAt: from + 3_600_000 + darkMs,
            },
          ],
    moreIncidents: 0,
  };
}

const days = [rollup('2026-11-01'), rollup('2026-11-03', 8_640_000), rollup('2026-11-04')];

function answerOf(show: Show = null, broken: readonly string[] = []): HistoryAnswer {
  const shown = days.map((day) => shownRollup(day, 'home', show));
  const sum = shown.reduce<Sum>((before, day) => withDay(before, day), null);
  const rows = shown.map((day) => dayRow(day));
  const found = { from: '2026-11-01', to: '2026-11-04', rows, sum, broken };
  return historyAnswer(rules, found, { show, at: startOf('2026-12-01') });
}

const dayOf = (found: DayRollup | null): DayAnswer =>
  dayAnswer(
    {
      site: 'home',
      name: 'Home',
      timezone: 'Europe/Berlin',
      at: startOf('2026-12-01'),
      day: '2026-11-03',
      isOver: true,
      rollup: found,
      isPublic: false,
      broken: [],
    },
    null,
  );

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

type Ran = Ended & { readonly asked: readonly string[] };

/** Runs the command against a function that answers this. */
async function ran(args: readonly string[], answer: object, status = 200): Promise<Ran> {
  const asked: string[] = [];
  const { address, close } = await listen(
    createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }),
  );
  closing.push(close);
  const env = { WATCHDOG_STATUS_URL: `http://${address}`, LANG: 'C.UTF-8' };
  return { ...(await watchdog(['history', ...args], { env })), asked };
}

describe('history', () => {
  test('shows a row for each day, what nobody looked at as no data, and what they come to', async () => {
    const { code, out, err, asked } = await ran(
      ['home', '--from', '2026-11-01', '--to', '2026-11-04'],
      answerOf(),
    );
    expect({ code, err, asked }).toEqual({
      code: 0,
      err: '',
      asked: ['/history?site=home&from=2026-11-01&to=2026-11-04'],
    });
    expect(out).toMatch(/^2026-11-01 +100 % +100 % *$/m);
    expect(out).toMatch(/^2026-11-02 +no data *$/m);
    expect(out).toMatch(/^2026-11-03 +90 % +100 % +eth-1 80 % +1 +2 +2$/m);
    expect(out).toMatch(/^█·▄█$/m);
    // Three known days of four that there were.
    expect(out).toContain('4 days: 96.66 % well of the known time, 75 % known since 2026-11-01, 2 pages');
    expect(out).toMatch(/^ {2}geth-p2p +96.66 % +\d+ ms +\d+ ms +\d+ ms +12$/m);
    expect(out).toMatch(/^ {2}eth-1 +93.33 %$/m);
  });

  test('leaves it to the function which days are the last thirty', async () => {
    const { asked } = await ran(['home'], answerOf());
    // Which those are is told by the clock of the function.
    expect(asked).toEqual(['/history?site=home']);
  });

  test('as JSON is the answer as it came', async () => {
    const { out } = await ran(['home', '--json'], answerOf());
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(answerOf())));
  });

  test('of everybody has neither signers nor targets that are not shown', async () => {
    const { code, out } = await ran(['home'], answerOf(['history']));
    expect(out).not.toMatch(/eth-1|geth|2 pages/);
    expect(code).toBe(0);
  });

  test('names days that cannot be read, and ends with 1', async () => {
    const why = 'history/home_2026-11-02 cannot be read: pages is missing';
    expect(await ran(['home'], answerOf(null, [why]))).toMatchObject({
      code: 1,
      out: expect.stringContaining(why),
    });
  });

  test.each([
    [['home', '--from', '2026-11-31'], 'Write a day of UTC, such as 2026-11-03.'],
    [['home', '--from', '2026-12-02', '--to', '2026-12-01'], '--from 2026-12-02 is after --to 2026-12-01'],
    [['home', '--from', '2025-01-01', '--to', '2026-12-01'], 'only 400 are kept'],
    [['home', '--day', '2026-11-03', '--to', '2026-11-04'], '--day stands alone'],
    [[], "missing required argument 'site'"],
  ])('does not ask for %j', async (args, why) => {
    expect(await ran(args, answerOf())).toMatchObject({
      code: 2,
      err: expect.stringContaining(why),
      asked: [],
    });
  });

  test('says what the function says of a site that there is not, and ends with 2', async () => {
    expect(await ran(['away'], { error: 'there is no site away' }, 404)).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no site away'),
    });
  });

  test('does not take another answer for one', async () => {
    expect(await ran(['home'], { days: 1 })).toMatchObject({
      code: 1,
      err: expect.stringContaining('is no history that this version knows'),
    });
  });
});

describe('one day', () => {
  test('is shown with each part, its states, its latency by hour, and incidents in both times', async () => {
    const { code, out, asked } = await ran(
      ['home', '--day', '2026-11-03'],
      dayOf(rollup('2026-11-03', 8_640_000)),
    );
    expect(asked).toEqual(['/history/home/2026-11-03']);
    expect(out).toContain('Home (home), 2026-11-03 UTC');
    expect(out).toMatch(/^the site +90 % +100 % +ok 21 h 36 min, dark 2 h 24 min +2$/m);
    expect(out).toMatch(/^signer eth-1 +80 % +100 % +signing 19 h 12 min, silent 4 h 48 min *$/m);
    expect(out).toMatch(/^ {2}geth-p2p +\d+ ms +\d+ ms +\d+ ms +▁▂▂█/m);
    expect(out).toMatch(
      /home\.site\.home\.20261103T112007Z +critical +site\/home: dark +2026-11-03 02:00:00 +01:00:00 +2026-11-03 04:24:00 +03:24:00/,
    );
    expect(code).toBe(0);
  });

  test('of which nothing is known says so', async () => {
    const { code, out } = await ran(['home', '--day', '2026-11-03'], dayOf(null));
    expect(out).toContain('no data: nobody looked on that day, or it is not kept any more');
    expect(code).toBe(0);
  });
});
