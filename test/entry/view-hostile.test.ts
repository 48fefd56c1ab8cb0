// What can be sent to `status` by anybody: paths, queries, headers and bodies that no browser of ours sends. None of it is more than refused.
import { request as rawRequest, type OutgoingHttpHeaders } from 'node:http';
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHouse, type LocalHouse } from '../support/local.ts';

const token = 'the-token-of-the-status-of-this-house';
const html = 'text/html';
const bearer = { authorization: `Bearer ${token}` };

let home: LocalHouse;
beforeAll(async () => {
  home = await localHouse({
    config: { status: { access: 'token', token: { env: 'STATUS_TOKEN' } } },
    variables: { STATUS_TOKEN: token },
  });
  await home.tick();
});
afterAll(() => home.close());

type Sent = {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
};
type Got = { readonly code: number; readonly text: string; readonly type: string };

/** As it is written, without a client that puts it right first. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Got> {
  const { hostname, port } = new URL(home.watchdog.urls.status);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = rawRequest(
      { hostname, port, path, method, headers: { ...length, ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ code: answer.statusCode ?? 0, text, type: answer.headers['content-type'] ?? '' });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Bytes over a bare connection, and the first line of what comes back. */
function speak(bytes: string): Promise<string> {
  const { hostname, port } = new URL(home.watchdog.urls.status);
  return new Promise((resolve) => {
    let said = '';
    const socket = createConnection({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said.split('\r\n')[0] ?? ''));
  });
}

describe('paths and queries', () => {
  test.each([
    ['/../../etc/passwd', 404],
    ['//evil.example/', 404],
    ['/%2e%2e%2f', 404],
    ['/history/../link', 400],
    ['/history/home/2026-02-30', 400],
    ['/history/home/2026-02-28/x', 404],
    ['/history/HOME', 400],
    ['/history/__proto__', 400],
    ['/history/home?site=home', 400],
    ['/history', 400],
    ['/history?site=home&site=home', 400],
    ['/history?site=home&from=2026-12-02&to=2026-12-01', 400],
    ['/history?site=home&from=2024-01-01&to=2026-01-01', 400],
    ['/history?site=home&from=yesterday', 400],
    ['/history?site=home&day=2026-12-01', 400],
    ['/overview?site=home', 400],
    ['/metrics?x', 400],
    ['/badge/.svg', 400],
    ['/badge/home.png', 404],
    ['/badge/%3Cscript%3E.svg', 400],
    ['/enter?token=x', 400],
    ['/link?for=%00', 400],
    ['/constructor', 404],
    [`/${'a/'.repeat(2_000)}`, 404],
    ['/?a=%E0%A4%A', 200],
    ['/%E0%A4%A', 400],
    ['/%', 400],
  ])('%j is answered as it should to the operator', async (path, code) => {
    for (const accept of [html, '*/*']) {
      const answer = await send(path, { headers: { ...bearer, accept } });
      expect([answer.code, accept]).toEqual([code, accept]);
      expect(answer.text).not.toMatch(/<script>alert|at .*\.ts:|node_modules|\/tmp\//);
    }
  });

  test('what is wrong is told in a browser as a page, and without what was sent', async () => {
    const wrong = await send('/history/%3Cimg%20src=x%3E', { headers: { ...bearer, accept: html } });
    expect([wrong.code, wrong.type]).toEqual([400, 'text/html; charset=utf-8']);
    expect(wrong.text).not.toMatch(/<img|%3Cimg/);
    const nothing = await send('/nowhere/at/all', { headers: { ...bearer, accept: html } });
    expect([nothing.code, nothing.type]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test('whatever the path is, nobody learns from it whether it is there, and nothing breaks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), async (path, query) => {
        const answer = await send(`/${path.replace(/^\/+/, '')}?${query}`);
        // The framework has no icon and no rules for robots; links to the door are for everybody.
        expect([401, 400, 404, 405, 200, 303]).toContain(answer.code);
        expect(answer.code === 401 || !answer.text.includes('home')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('headers', () => {
  test.each([
    ['accept', ','.repeat(5_000)],
    ['accept', `text/html;q=${'9'.repeat(500)}`],
    ['accept', '\u00e9\u00ff'],
    ['cookie', `watchdog=${'x'.repeat(7_000)}`],
    ['cookie', 'watchdog=a.b; '.repeat(300)],
    ['cookie', 'watchdog="WzFd.x"; $Version=1'],
    ['authorization', `Bearer ${'x'.repeat(7_000)}`],
    ['authorization', 'Bearer'],
    ['if-none-match', `${'"x",'.repeat(1_500)}`],
    ['x-forwarded-proto', ',,,,https'],
    ['x-forwarded-for', 'not an address, 999.999.999.999'],
  ])('%s: %.30s is refused like anybody without a token', async (name, value) => {
    expect((await send('/', { headers: { [name]: value } })).code).toBe(401);
  });

  test('whatever a cookie is, it opens nothing', async () => {
    const printable = fc.string({
      unit: fc.constantFrom(...Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))),
    });
    await fc.assert(
      fc.asyncProperty(printable, async (value) => {
        expect((await send('/', { headers: { cookie: `watchdog=${value}` } })).code).toBe(401);
      }),
      { numRuns: 100 },
    );
  });

  test('more of them than Node takes are cut off by it', async () => {
    expect(await speak(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(/ 431 /);
  });

  test('the host that a link is made for is where it was asked, and nothing but a host', async () => {
    const made = await send('/link', { headers: { ...bearer, host: 'user:pass@evil.example' } });
    expect(made.code).toBe(404);
  });
});

describe('bodies', () => {
  const form = 'application/x-www-form-urlencoded';

  test.each<readonly [string, number, Sent]>([
    ['JSON', 415, { headers: { 'content-type': 'application/json' }, body: '{"token":"x"' }],
    ['of no type', 415, { body: 'token=x' }],
    ['of a type in disguise', 415, { headers: { 'content-type': `${form}, application/json` }, body: '{' }],
    ['in another alphabet', 415, { headers: { 'content-type': 'text/plain; charset=utf-7' }, body: 'x' }],
    ['packed', 415, { headers: { 'content-type': form, 'content-encoding': 'gzip' }, body: 'x' }],
    ['over 4 KB', 413, { headers: { 'content-type': form }, body: `token=${'x'.repeat(5_000)}` }],
    ['over 64 KB', 413, { headers: { 'content-type': form }, body: 'x'.repeat(70_000) }],
    ['of many fields', 403, { headers: { 'content-type': form }, body: 'token=&'.repeat(500) }],
    ['of nested fields', 400, { headers: { 'content-type': form }, body: `token${'[a]'.repeat(500)}=x` }],
    ['of no text', 400, { headers: { 'content-type': 'text/plain' }, body: Buffer.from([0, 255, 254, 10]) }],
  ])('that is %s is answered with %i', async (_, code, sent) => {
    const answer = await send('/enter', { method: 'POST', ...sent });
    expect(answer.code).toBe(code);
    expect(answer.text).not.toMatch(/ERR_|xxxxx/);
  });

  test('of no length is not read', async () => {
    const head = `POST /enter HTTP/1.1\r\nhost: a\r\ncontent-type: ${form}\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(await speak(`${head}1\r\nx\r\n0\r\n\r\n`)).toMatch(/ 411 /);
  });

  test('where none belongs is not read, and other paths and methods take none', async () => {
    const json = { 'content-type': 'application/json' };
    expect((await send('/', { headers: { ...bearer, ...json }, body: '{"secret' })).code).toBe(400);
    expect((await send('/', { method: 'POST' })).code).toBe(405);
    expect((await send('/overview', { method: 'POST', headers: { ...bearer, accept: html } })).code).toBe(
      405,
    );
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      expect((await send('/', { method, headers: bearer })).code, method).toBe(405);
    }
  });

  test('none of it, and no token, is in the log', () => {
    expect(home.logs.join('\n')).not.toMatch(/the-token-of-the-status|"secret|xxxxx/);
  });
});
