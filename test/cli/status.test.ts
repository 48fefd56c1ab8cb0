// `watchdog status` and `explain --url`: what a watchdog says, and everything that only pretends to be one.
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchStatus } from '../../cli/fetch-status.ts';
import type { Context } from '../../cli/context.ts';
import { openTerminal } from '../../cli/terminal.ts';
import { step } from '../../functions/domain/step.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { statusOf, type Status } from '../../functions/views/status.ts';
import { closedPort, listen } from '../support/server.ts';
import { all, findingsOf, minute, siteRules } from '../support/site.ts';
import { answering, watchdog } from './command.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const rules = siteRules({ signers: [], heartbeats: [] });

/** The status of a house that was watched `ago`, in which everything of these roles is bad. */
function statusNow(options: { readonly ago?: number; readonly isDown?: boolean } = {}): Status {
  const now = systemClock.now();
  const at = now - (options.ago ?? 20_000);
  const qualities = options.isDown === true ? all(rules, 'inbound', 'bad') : {};
  const { memory } = step(null, { rules, findings: findingsOf(rules, { at, qualities }), scheduledAt: at });
  return statusOf([rules], { memories: new Map([['home', memory]]), standbys: [] }, now);
}

/** As everybody is told of it. */
function publicNow(): Status {
  const status = statusNow();
  const sites = status.sites.map((site) => ({ ...site, incidents: [], facts: null, judgement: null }));
  return { ...status, sites };
}

async function serving(text: string, code = 200): Promise<{ url: string; seen: string[] }> {
  const server = await answering(text, code);
  closing.push(server.close);
  return server;
}

const served = async (status: Status): Promise<string> => (await serving(JSON.stringify(status))).url;

const contextWith = (variables: Context['variables']): Context => ({
  terminal: openTerminal(process.stdout, process.stderr),
  clock: systemClock,
  variables,
  end: () => undefined,
});

describe('status', () => {
  test('of a house that is well ends with 0', async () => {
    const { code, out, err } = await watchdog(['status', '--url', await served(statusNow())]);
    expect(out).toMatch(/^well, as of .* Europe\/Berlin \(\d\d:\d\d:\d\d UTC\)$/m);
    expect(out).toMatch(/^home \(Home\): ok since .* UTC\), for 20 s$/m);
    expect(out).toMatch(/^ {2}last tick .*, 20 s before, 1 in all$/m);
    expect(out).toContain('no open incident');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('of a blackout shows the incident and who was told, and ends with 1', async () => {
    const { code, out } = await watchdog(['status'], {
      env: { WATCHDOG_STATUS_URL: await served(statusNow({ isDown: true })) },
    });
    expect(out).toMatch(/^trouble, as of/m);
    expect(out).toMatch(/^home \(Home\): dark since/m);
    expect(out).toContain(
      '  critical site home: dark, dark or cut off: nothing answers and nothing shows life',
    );
    expect(out).toMatch(/^ {4}since .*, for 20 s; told phone, mail$/m);
    expect(out).toContain('    inbound 0/3 good');
    expect(code).toBe(1);
  });

  test('says who has taken an incident on, and what is muted until when by whom', async () => {
    const status = statusNow({ isDown: true });
    const [site] = status.sites;
    const [incident] = site?.incidents ?? [];
    if (site === undefined || incident === undefined)
      throw new Error('there must be a site with an incident');
    const { at } = status;
    const ack = { by: 'anna', at, severity: 'critical', until: at + 60 * minute, isInForce: true } as const;
    const mute = { id: 'm', subject: null, from: at, until: at + minute, why: 'a new UPS', by: 'bert' };
    const mutes = [
      { ...mute, isInForce: true },
      { ...mute, subject: 'eth', from: at + 1, isInForce: false },
    ];
    const sites = [{ ...site, mutes, incidents: [{ ...incident, ack }] }];
    const { code, out } = await watchdog(['status', '--url', await served({ ...status, sites })]);
    expect(out).toMatch(/^ {4}acknowledged by anna, until .* Europe\/Berlin \(.* UTC\)$/m);
    expect(out).toMatch(/^ {2}muted until .* Europe\/Berlin \(.* UTC\) by bert: a new UPS$/m);
    expect(out).toMatch(/^ {2}eth to be muted from .* until .* by bert: a new UPS$/m);
    expect(code).toBe(1);
  });

  test('of a version that knew neither acknowledgements nor mutes is understood', async () => {
    const status = statusNow({ isDown: true });
    const old = JSON.stringify(status, (name, value: unknown) =>
      name === 'ack' || name === 'mutes' ? undefined : value,
    );
    expect(await fetchStatus({ url: (await serving(old)).url }, contextWith({}))).toEqual({
      ok: true,
      status,
    });
  });

  test('that is stale, old or empty is trouble whatever it says', async () => {
    const stale = await watchdog(['status', '--url', await served(statusNow({ ago: 10 * minute }))]);
    expect(stale).toMatchObject({ code: 1, out: expect.stringContaining('STALE: nobody is watching') });
    const unwatched = await watchdog([
      'status',
      '--url',
      await served(statusOf([rules], { memories: new Map(), standbys: [] }, systemClock.now())),
    ]);
    expect(unwatched).toMatchObject({ code: 1, out: expect.stringContaining('home (Home): unwatched') });
    const old = { ...statusNow(), at: systemClock.now() - 60 * minute };
    expect(await watchdog(['status', '--url', await served(old)])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/from 1 h 00 min ago: it is old, or a clock is wrong/),
    });
    const empty: Status = { at: systemClock.now(), summary: 'well', sites: [] };
    expect(await watchdog(['status', '--url', await served(empty)])).toMatchObject({
      code: 1,
      err: expect.stringContaining('watches no site'),
    });
  });

  test('says that the last look came late when that is worth a word', async () => {
    const status = statusNow();
    const late = async (lastLatenessMs: number): Promise<string> => {
      const sites = status.sites.map((site) => ({ ...site, lastLatenessMs }));
      return (await watchdog(['status', '--url', await served({ ...status, sites })])).out;
    };
    expect(await late(4 * minute)).toContain('before, which came 4 min after its time, ');
    expect(await late(59_000)).not.toContain('after its time');
  });

  test('says where a leased port was looked at, and until when it is that', async () => {
    const status = statusNow();
    const [site] = status.sites;
    const facts = site?.facts;
    if (site === undefined || facts === null || facts === undefined) throw new Error('there must be facts');
    const validUntil = facts.at + minute;
    const lease = { port: 41_234, validUntil, since: facts.at, refused: null };
    const targets = facts.targets.map((each) => (each.id === 'eth' ? { ...each, lease } : each));
    const sites = [{ ...site, facts: { ...facts, targets } }];
    const { code, out } = await watchdog(['status', '--url', await served({ ...status, sites })]);
    expect(out).toMatch(/^ {2}eth: good, port 41234, leased until .* Europe\/Berlin \(.* UTC\)$/m);
    expect(out).not.toMatch(/^ {2}rpc: /m);
    expect(code).toBe(0);
  });

  test('as JSON is the answer, with nothing in it that could steer a terminal', async () => {
    const status = statusNow();
    const [site] = status.sites;
    if (site === undefined) throw new Error('there must be a site');
    const name = 'a\u001b[2Jb\u009b1mc\u202Ed';
    const url = await served({ ...status, sites: [{ ...site, name }] });
    const json = await watchdog(['status', '--url', url, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ sites: [{ site: 'home', name }] });
    const text = await watchdog(['status', '--url', url]);
    for (const character of ['\u001b', '\u009b', '\u202E']) {
      expect(json.out + text.out).not.toContain(character);
    }
    expect(text.out).toContain('home (a\uFFFD[2Jb\uFFFD1mc\uFFFDd)');
  });

  test('shows the token that is asked for, and only over a safe way', async () => {
    const { url, seen } = await serving(JSON.stringify(statusNow()));
    const both = contextWith({ MINE: 'two\n', WATCHDOG_STATUS_TOKEN: 'one' });
    await fetchStatus({ url }, both);
    await fetchStatus({ url, tokenEnv: 'MINE' }, both);
    await fetchStatus({ url }, contextWith({}));
    expect(seen).toEqual(['Bearer one', 'Bearer two', '']);
    const plain = await fetchStatus({ url: 'http://status.example/' }, both);
    expect(plain).toMatchObject({ code: 2, message: expect.stringContaining('in plain text; use https') });
    const unset = await watchdog(['status', '--url', url, '--token-env', 'NOT_SET']);
    expect(unset).toMatchObject({ code: 2, err: expect.stringContaining('NOT_SET is not set') });
  });
});

describe('an answer that is none', () => {
  const answers: readonly (readonly [
    what: string,
    text: string,
    status: number,
    code: number,
    says: RegExp,
  ])[] = [
    ['a web page', '<!doctype html>', 200, 1, /answered with a web page; is this the address/],
    ['half a JSON', '{"at": 1', 200, 1, /something that is not JSON/],
    ['other JSON', '{"at": "now"}', 200, 1, /is no status that this version knows \(at: must be/],
    [
      'a time beyond all dates',
      '{"at":9e15,"summary":"well","sites":[]}',
      200,
      1,
      /no status that this version knows \(at: /,
    ],
    [
      'an unknown field',
      '{"at":1,"summary":"well","sites":[],"more":1}',
      200,
      1,
      /has the unknown field more/,
    ],
    ['401', '{}', 401, 2, /wants a token \(401\); put it into/],
    ['a redirect', '', 302, 2, /redirect \(302\), which is not followed/],
    ['500', '{}', 500, 1, /answered with 500/],
  ];
  test.each(answers)('%s', async (_what, text, status, code, says) => {
    const { url } = await serving(text, status);
    const fetched = await fetchStatus({ url }, contextWith({}));
    expect(fetched).toMatchObject({ ok: false, code, message: expect.stringMatching(says) });
    expect(JSON.stringify(fetched)).not.toMatch(/secret-path|hidden/);
  });

  test('ends the command with its message and code, and no result', async () => {
    const { url } = await serving('{}', 401);
    const ended = await watchdog(['status', '--url', url]);
    expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/wants a token \(401\)/) });
  });

  const wrong: readonly (readonly [url: string | undefined, says: RegExp])[] = [
    [undefined, /with --url, or in the environment variable WATCHDOG_STATUS_URL/],
    ['status.example', /no http or https URL/],
    ['ftp://status.example/', /no http or https URL/],
    ['https://me:hidden@status.example/', /holds a password; take it out/],
  ];
  test.each(wrong)('an address that is none: %s', async (url, says) => {
    const fetched = await fetchStatus(url === undefined ? {} : { url }, contextWith({}));
    expect(fetched).toMatchObject({ ok: false, code: 2, message: expect.stringMatching(says) });
    expect(JSON.stringify(fetched)).not.toContain('hidden');
  });

  test('nobody at that address', async () => {
    const port = await closedPort(createServer());
    const ended = await watchdog(['status', '--url', `http://127.0.0.1:${port}/`]);
    expect(ended).toMatchObject({
      code: 1,
      err: `127.0.0.1:${port} could not be asked: ECONNREFUSED; is the address right, and does the function run?\n`,
    });
  });

  const asked = async (listener: RequestListener, deadlineMs: number) => {
    const server = await listen(createHttp(listener));
    closing.push(server.close);
    const fetched = await fetchStatus({ url: `http://${server.address}/` }, contextWith({}), deadlineMs);
    return { fetched, server };
  };

  test('a drip that never ends is left at the deadline', async () => {
    const { fetched } = await asked((_request, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    }, 300);
    expect(fetched).toMatchObject({
      ok: false,
      code: 1,
      message: expect.stringMatching(/no whole answer within/),
    });
  });

  test('a body without end is left at the cap', async () => {
    const chunk = Buffer.alloc(1_048_576, 0x20);
    const { fetched } = await asked((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) continue;
      };
      response.on('drain', more);
      more();
    }, 20_000);
    expect(fetched).toMatchObject({
      ok: false,
      code: 1,
      message: expect.stringMatching(/is over \d+ bytes/),
    });
  });

  test('a connection that breaks off in the middle', async () => {
    const { fetched } = await asked((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"at":', () => response.destroy());
    }, 20_000);
    expect(fetched).toMatchObject({
      ok: false,
      code: 1,
      message: expect.stringMatching(/could not be asked: UND_ERR_SOCKET/),
    });
  });
});

describe('explain --url', () => {
  test('shows what the running watchdog judged', async () => {
    const { code, out } = await watchdog([
      'explain',
      'home',
      '--url',
      await served(statusNow({ isDown: true })),
    ]);
    expect(out).toMatch(/^home: dark$/m);
    expect(out).toMatch(/^ {2}no {3}ok /m);
    expect(out).toMatch(/^ {2}YES {2}dark /m);
    expect(out).not.toContain('without memory');
    expect(code).toBe(1);
  });

  test('says what to do when the status shows no facts, or no such site, or was never watched', async () => {
    const url = await served(publicNow());
    expect(await watchdog(['explain', 'home', '--url', url])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/give the token with --token-env, or probe now with --config/),
    });
    expect(await watchdog(['explain', 'cellar', '--url', url])).toMatchObject({
      code: 2,
      err: 'there is no site cellar; there are home\n',
    });
    const unwatched = await served(
      statusOf([rules], { memories: new Map(), standbys: [] }, systemClock.now()),
    );
    expect(await watchdog(['explain', 'home', '--url', unwatched])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/never watched/),
    });
  });
});
