// `watchdog ack`: what it sends, what the real function makes of it, and everything that can be in its way.
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { localHouse } from '../support/local.ts';
import { closedPort } from '../support/server.ts';
import { answering, watchdog, type Ended } from './command.ts';

const id = 'home.site.home.20261201T021407Z';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const run = (url: string, args: readonly string[] = [], token = 'the-token'): Promise<Ended> =>
  watchdog(['ack', id, ...args], { env: { WATCHDOG_ACK_URL: url, WATCHDOG_ACK_TOKEN: token } });

async function serving(text: string, status = 200): Promise<{ url: string; seen: string[] }> {
  const server = await answering(text, status);
  closing.push(server.close);
  return server;
}

const good = JSON.stringify({ ids: ['ack-1'], over: [] });

describe('ack', () => {
  test('of an open incident shows the token, says so, and ends with 0', async () => {
    const { url, seen } = await serving(good);
    expect(await run(url)).toEqual({
      code: 0,
      out: `acknowledged ${id}: nobody else is woken as long as it does not get worse\n`,
      err: '',
    });
    expect(seen).toEqual(['Bearer the-token']);
  });

  test('as JSON is for scripts', async () => {
    const { url } = await serving(JSON.stringify({ ids: ['ack-1'], over: [id] }));
    const { code, out } = await run(url, ['--json']);
    expect([code, JSON.parse(out)]).toEqual([0, { acknowledged: id, ids: ['ack-1'], isOver: true }]);
    expect((await run(url)).out).toContain('is over already; there is nothing left');
  });

  test('reaches the real function, which knows who has it, and which incidents there are', async () => {
    const home = await localHouse({
      config: {
        acknowledge: {
          url: 'https://ack.example/ack',
          key: { env: 'ACK_KEY' },
          token: { env: 'ACK_TOKEN' },
        },
      },
      variables: { ACK_KEY: 'k'.repeat(32), ACK_TOKEN: 'the-token' },
    });
    closing.push(home.close);
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    await home.tick();
    const url = home.watchdog.urls.ack ?? '';
    const env = { WATCHDOG_ACK_URL: url, WATCHDOG_ACK_TOKEN: 'the-token' };
    expect(await watchdog(['ack', id], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'refused it (404): there is no such incident; `watchdog status` shows those that are open',
      ),
    });
    const open = Object.keys(home.watchdog.firestore.dump('(default)')).find((path) =>
      path.startsWith('incidents/'),
    );
    const known = open?.replace('incidents/', '') ?? '';
    expect(await watchdog(['ack', known, '--by', 'Ada'], { env })).toMatchObject({ code: 0, err: '' });
    expect(JSON.stringify(home.watchdog.firestore.dump('(default)'))).toContain('"by":"Ada"');
    expect(await run(url, [], 'another')).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not accept the token (401)'),
    });
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
    [
      'a web page',
      '<!doctype html>',
      200,
      1,
      /answered with a web page; is WATCHDOG_ACK_URL the address of the function ack/,
    ],
    ['other JSON', '{"ids":[]}', 200, 1, /none that this version knows/],
    ['404 of something else', 'not here', 404, 2, /refused it \(404\); is WATCHDOG_ACK_URL the address/],
    [
      'a refusal',
      '{"error":"event 0: incident: is no id of an incident"}',
      400,
      2,
      /refused it \(400\): incident: is no id/,
    ],
    ['a redirect', '', 302, 2, /redirect \(302\), which is not followed/],
    ['500', '{"error":"internal error"}', 500, 1, /answered with 500; nothing may have been taken in/],
  ];
  test.each(answers)('%s', async (_what, text, status, code, says) => {
    const { url } = await serving(text, status);
    const ended = await run(url);
    expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(says) });
    expect(ended.err).not.toMatch(/the-token|secret-path|hidden/);
  });

  test('nobody at that address', async () => {
    const port = await closedPort(createServer());
    expect(await run(`http://127.0.0.1:${port}/ack`)).toMatchObject({
      code: 1,
      err: `127.0.0.1:${port} could not be asked: ECONNREFUSED; is the address right, and does the function run?\n`,
    });
  });

  test.each([
    [[], {}, /with --url, or in the environment variable WATCHDOG_ACK_URL/],
    [['--url', 'http://127.0.0.1:1'], {}, /only the operator may do that: put the operator's token/],
    [['--url', 'http://ack.example/'], { WATCHDOG_ACK_TOKEN: 't' }, /in plain text; use https/],
    [['--url', 'https://a:hidden@ack.example/'], { WATCHDOG_ACK_TOKEN: 't' }, /holds a password/],
  ] as const)('a call that cannot be right: %j', async (args, env, says) => {
    const ended = await watchdog(['ack', id, ...args], { env });
    expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(says) });
    expect(ended.err).not.toContain('hidden');
  });
});
