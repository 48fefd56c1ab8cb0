// `watchdog incidents` and `watchdog incident`: what is wrong, what was, and the draft of a post-mortem.
import { createServer as createHttp, type RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../cli/context.ts';
import { findIncident, pick } from '../../cli/find-incident.ts';
import { fetchIncidents } from '../../cli/fetch-status.ts';
import { openTerminal } from '../../cli/terminal.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { incident, row, stateWith } from '../support/documents.ts';
import { listen } from '../support/server.ts';
import { answering } from './command.ts';
import { operator, watchedSite, type Operator } from './operator.ts';

const minute = 60_000;
const now = systemClock.now();
const evil = 'anna | [x](http://evil.example) \u001b[2J';

const dark = incident({
  since: now - 11 * minute,
  openedAt: now - 10 * minute,
  messages: ['m1', 'm2'],
  ack: { by: evil, at: now - 5 * minute, severity: 'critical', until: now + 60 * minute, isTold: true },
  timeline: [{ at: now - 10 * minute, event: 'opened', text: 'dark: nothing answers' }],
});
const over = incident({
  id: 'home.target.rpc.20261130T010000Z',
  subject: { kind: 'target', id: 'rpc' },
  kind: 'unreachable',
  severity: 'warning',
  since: now - 90 * minute,
  openedAt: now - 88 * minute,
  resolvedAt: now - 80 * minute,
  messages: [],
});
const elsewhere: Incident = { ...over, id: 'cabin.target.rpc.20261130T010000Z', site: 'cabin' };
const row1 = row({
  id: 'm1',
  state: 'sent',
  attempts: 2,
  outcome: 'HTTP 200',
  dueAt: null,
  settledAt: now - 9 * minute,
});
const row2 = row({
  id: 'm2',
  channel: 'mail',
  state: 'failed',
  attempts: 1,
  outcome: 'HTTP 404',
  dueAt: null,
  settledAt: now - 9 * minute,
});

let house: Operator;
beforeAll(async () => {
  house = await operator();
  const { subjects } = stateWith([dark]);
  await house.remember(watchedSite('home', ['rpc'], { subjects }), [dark, over], [row1, row2]);
  await house.remember(watchedSite('cabin'), [elsewhere]);
});
afterAll(() => house.close());

describe('incidents', () => {
  test('are a table, newest first, with times in both zones, and end with 1 while one is open', async () => {
    const { code, out, err } = await house.spawn(['incidents']);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(
      /^id +state +severity +what +since, Europe\/Berlin +UTC +lasted +acknowledged +told$/,
    );
    expect(lines[1]).toMatch(
      /^home\.site\.home\.\d{8}T\d{6}Z +open +critical +site home: dark +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +\d\d:\d\d:\d\d +11 min +anna \| .* +pager$/,
    );
    expect(lines[2]).toMatch(
      /^cabin\.target\.rpc\.\S+ +resolved +warning +target rpc: unreachable .* 10 min +– +pager$/,
    );
    expect(out).toMatch(/^1 open of 3, as of .* Europe\/Berlin \(.* UTC\)$/m);
    expect(out).not.toContain('\u001b');
    expect({ code, err }).toEqual({ code: 1, err: '' });
  });

  test('can be those of one site, those that are open, or as many as wanted', async () => {
    const cabin = await house.run(['incidents', '--site', 'cabin']);
    expect(cabin).toMatchObject({ code: 0, out: expect.stringContaining('0 open of 1, as of') });
    const none = await house.run(['incidents', '--site', 'cabin', '--open']);
    expect(none).toMatchObject({ code: 0, out: expect.stringMatching(/^no open incident of cabin, as of/) });
    const one = await house.run(['incidents', '--limit', '1']);
    expect(one).toMatchObject({ out: expect.stringContaining('1 open of 1, and older ones, as of') });
  });

  test('as JSON are the answer', async () => {
    const { code, out } = await house.spawn(['incidents', '--open', '--json']);
    expect(JSON.parse(out)).toMatchObject({ isCut: false, incidents: [{ id: dark.id, ack: { by: evil } }] });
    expect(out).not.toContain('\u001b');
    expect(code).toBe(1);
  });

  test.each([
    [['--site', 'cellar'], {}, 2, /says \(404\): there is no such site; there are home, cabin/],
    [['--limit', '1000'], {}, 2, /says \(400\): .*limit must be a whole number from 1 to 100/],
    [[], { WATCHDOG_STATUS_TOKEN: 'other' }, 2, /does not accept the token \(401\)/],
    [[], { WATCHDOG_STATUS_TOKEN: '' }, 2, /wants a token \(401\); put it into/],
    [[], { WATCHDOG_STATUS_URL: '' }, 2, /with --url, or in the environment variable WATCHDOG_STATUS_URL/],
  ] as const)('with %j and %j end with %i', async (args, env, code, says) => {
    expect(await house.run(['incidents', ...args], env)).toMatchObject({
      code,
      out: '',
      err: expect.stringMatching(says),
    });
  });
});

describe('incident', () => {
  test('is shown whole: timeline, evidence, messages and what became of them', async () => {
    const { code, out } = await house.run(['incident', dark.id]);
    expect(out).toContain('critical site home: dark, dark or cut off');
    expect(out).toContain('  at Basement, Berlin (home)');
    expect(out).toMatch(/^ {2}open since .* Europe\/Berlin \(.* UTC\), for 11 min$/m);
    expect(out).toContain('  opened 1 min after it was first seen; first message sent after 2 min');
    expect(out).toMatch(/^ {2}acknowledged by anna .*, until /m);
    expect(out).toMatch(/^ {2}inbound 0\/1 good$/m);
    expect(out).toMatch(/^ {2}20\S+ \S+ +\S+ +opened +dark: nothing answers$/m);
    expect(out).toMatch(/ pager +opened \(page\) +sent after 2 attempts +HTTP 200$/m);
    expect(out).toMatch(/ mail +opened \(page\) +given up after 1 attempt +HTTP 404$/m);
    expect(code).toBe(0);
  });

  test('as Markdown is the draft of a post-mortem that no name can bend', async () => {
    const { code, out } = await house.run(['incident', 'home.site', '--markdown']);
    expect(out).toMatch(/^# Post-mortem: Basement, Berlin, dark, /);
    expect(out).toContain('- Taken on by: `anna ¦ [x](http://evil.example) [2J`');
    expect(out).toContain('## Open questions');
    expect(code).toBe(0);
    const both = await house.run(['incident', 'home.site', '--markdown', '--json']);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('exclude each other') });
  });

  test.each([
    ['home.site', 0, /^$/],
    ['home.target', 0, /^$/],
    [over.id, 0, /^$/],
    ['T010000Z', 2, /that could be cabin\.target\.\S+, home\.target\.\S+; write more of the id/],
    ['home', 2, /that could be home\.site.*, home\.target.*; write more/],
    ['nobody', 2, /there is no incident whose id is, begins or ends so; there are home\.site/],
    ['home.site.home.20200101T000000Z', 2, /says \(404\): there is no incident of that id/],
    ['../../etc', 2, /there is no incident whose id is/],
    ['', 2, /which incident\? Write its id/],
  ] as const)('%j ends with %i', async (id, code, says) => {
    const ended = await house.run(['incident', id, '--json']);
    expect(ended).toMatchObject({ code, err: expect.stringMatching(says) });
  });

  test('of many that it could be names a few', () => {
    const ids = Array.from({ length: 30 }, (_, place) => `home.${place}`);
    expect(pick('home', ids, 'incident')).toMatchObject({
      message: expect.stringMatching(/home\.7 and 22 more; write more/),
    });
    expect(pick('x', [], 'incident')).toMatchObject({ message: expect.stringContaining('there is none') });
  });
});

describe('of more incidents than a list holds', () => {
  test('an older one is found by its whole id', async () => {
    const many = Array.from({ length: 101 }, (_, place) => ({
      ...elsewhere,
      id: `cabin.target.rpc.2026${String(1000 + place)}T010000Z`,
      openedAt: now - 100 * 24 * 60 * minute - place,
    }));
    await house.remember(watchedSite('cabin'), many);
    expect(await house.run(['incident', 'nobody'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/and \d+ more; older ones are found by their whole id\n$/),
    });
    const [oldest] = many.slice(-1);
    expect(await house.run(['incident', oldest?.id ?? ''])).toMatchObject({ code: 0 });
  });
});

describe('a server that is none', () => {
  const contextWith = (variables: Context['variables']): Context => ({
    terminal: openTerminal(process.stdout, process.stderr),
    clock: systemClock,
    variables,
    end: () => undefined,
  });

  test.each([
    ['a web page', '<html>', 200, 1, /answered with a web page; is this the address/],
    ['other JSON', '{"at": 1, "sites": []}', 200, 1, /is no list of incidents that this version knows/],
    ['500', '{"error":"secret"}', 500, 1, /answered with 500 instead of a list of incidents/],
    ['403', '', 403, 2, /does not accept|wants a token/],
    ['404 without words', '<html>', 404, 1, /answered with 404/],
    ['a redirect', '', 307, 2, /redirect \(307\)/],
  ] as const)('%s', async (_what, text, status, code, says) => {
    const server = await answering(text, status);
    try {
      const asked = await fetchIncidents({ url: server.url }, {}, contextWith({}));
      expect(asked).toMatchObject({ ok: false, code, message: expect.stringMatching(says) });
      expect(JSON.stringify(asked)).not.toMatch(/secret|hidden/);
    } finally {
      await server.close();
    }
  });

  test('a body without end is left at the cap, also that of a refusal', async () => {
    const chunk = Buffer.alloc(1_048_576, 0x20);
    const endless: RequestListener = (_request, response) => {
      response.writeHead(404);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) continue;
      };
      response.on('drain', more);
      more();
    };
    const server = await listen(createHttp(endless));
    const asked = await findIncident('x', { url: `http://${server.address}/` }, contextWith({}));
    expect(asked).toMatchObject({ code: 1, message: expect.stringMatching(/is over \d+ bytes/) });
    await server.close();
  });
});
