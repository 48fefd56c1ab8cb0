// The http probe: the contract, and all that a web server can do wrong.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { http } from '../../functions/probes/http.ts';
import { listen } from '../support/server.ts';
import type { Listening } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

contract('http', {
  target: (address) => ({ probe: 'http', ...http.schema.parse({ url: `http://${address}/health` }) }),
  server: () => createServer((_, response) => response.end('ok')),
});

async function started(server: Server): Promise<Listening> {
  const listening = await listen(server);
  onTestFinished(listening.close);
  return listening;
}

type Given = Parameters<typeof contextWith>[0];

async function probe(
  handler: RequestListener | Server,
  options: object = {},
  given: Given = {},
): Promise<Sample> {
  const { address } = await started(typeof handler === 'function' ? createServer(handler) : handler);
  return http.run(
    http.schema.parse({ url: `http://${address}/a?key=hunter2`, ...options }),
    contextWith(given),
  );
}

const answering =
  (body: string, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
const raw = (text: string): Server =>
  createTcpServer((socket) => socket.once('data', () => socket.end(text)));
const bad = (reason: string, detail: unknown): object => ({ ok: false, reason, detail });

describe('the http probe', () => {
  test('asks once, says what it learned, and closes the connection', async () => {
    const seen: IncomingMessage[] = [];
    const sample = await probe((request, response) => {
      seen.push(request);
      response.end('ok');
    });
    expect(sample).toMatchObject({ ok: true, facts: { status: 200, bytes: 2 } });
    expect(sample.latencyMs.firstByte).toBeGreaterThan(0);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/a?key=hunter2' });
    expect(seen[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', connection: 'close' });
    expect(seen[0]?.headers['user-agent']).toBe('basement-watchdog');
  });

  test('posts a body as JSON unless told otherwise', async () => {
    const echo: RequestListener = (request, response) => {
      response.setHeader('x-type', request.headers['content-type'] ?? '');
      request.pipe(response);
    };
    const post = { method: 'POST', body: '{"id":1}' };
    const wanted = (type: string): object => ({ headers: { 'X-Type': type }, json: { id: 1 } });
    expect(await probe(echo, { ...post, expect: wanted('/^application\\/json$/') })).toMatchObject({
      ok: true,
    });
    const headers = { 'Content-Type': 'text/x' };
    expect(await probe(echo, { ...post, headers, expect: wanted('/^text\\/x$/') })).toMatchObject({
      ok: true,
    });
  });

  test('asks for the head only when told so', async () => {
    const sample = await probe((request, response) => response.end(request.method), { method: 'HEAD' });
    expect(sample).toMatchObject({ ok: true, facts: { bytes: 0 } });
  });
});

describe('the http probe judges', () => {
  test.for([
    [200, {}, null],
    [204, {}, null],
    [301, {}, 'answered 301, expected 2xx'],
    [503, {}, 'answered 503, expected 2xx'],
    [503, { status: ['2xx', 503] }, null],
    [404, { status: ['4xx'] }, null],
    [200, { status: [204, '3xx'] }, 'answered 200, expected 204 or 3xx'],
  ] as const)('status %i by %j: %s', async ([status, wanted, detail]) => {
    const sample = await probe(answering('', {}, status), { expect: wanted });
    expect(sample).toMatchObject(detail === null ? { ok: true } : bad('status', detail));
  });

  test.for([
    [{ headers: { 'Content-Type': 'json' } }, null],
    [{ headers: { 'content-type': '/^application\\/JSON/i' } }, null],
    [{ headers: { 'content-type': 'html' } }, 'the header content-type is not as expected'],
    [{ headers: { etag: 'x' } }, 'the header etag is missing'],
    [{ body: '"peers":7' }, null],
    [{ body: '/"peers":\\d\\D/' }, null],
    [{ body: 'absent' }, 'the body does not hold what is expected'],
    [{ json: { 'sync.done': true, 'list.1.a': null, peers: 7, name: 'geth' } }, null],
    [{ json: { 'sync.done': false } }, 'sync.done is true, expected false'],
    [{ json: { peers: '7' } }, 'peers is 7, expected a text'],
    [{ json: { name: 'other' } }, 'name is another text'],
    [{ json: { sync: 1 } }, 'sync is a list or an object'],
    [{ json: { 'sync.constructor': 1 } }, 'sync.constructor is missing'],
    [{ json: { 'list.9': 1 } }, 'list.9 is missing'],
  ] as const)('an answer by %j: %s', async ([wanted, detail]) => {
    const body = '{"peers":7,"sync":{"done":true},"list":[0,{"a":null}],"name":"geth"}';
    const sample = await probe(answering(body, { 'content-type': 'application/json' }), { expect: wanted });
    expect(sample).toMatchObject(detail === null ? { ok: true } : bad('body', detail));
  });

  test.for([
    ['<html>hunter2</html>', { 'content-type': 'text/html; charset=utf-8' }, 'expected JSON, got text/html'],
    ['{"a":', { 'content-type': 'application/json' }, 'expected JSON, got something that does not parse'],
    ['', {}, 'expected JSON, got an empty body'],
    ['['.repeat(60_000), {}, 'expected JSON, got something that does not parse'],
  ] as const)('%.20s for JSON as a wrong body', async ([body, headers, detail]) => {
    expect(await probe(answering(body, headers), { expect: { json: { a: 1 } } })).toMatchObject(
      bad('body', detail),
    );
  });

  test('a compressed body as what it is, without inflating it', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const server: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await probe(server, { expect: { json: { a: 1 } } })).toMatchObject(
      bad('body', 'expected JSON, got a compressed body although identity was asked for'),
    );
    const sample = await probe(server, { maxBodyBytes: 1_048_576 });
    expect(sample).toMatchObject({ ok: true, facts: { bytes: bomb.length } });
  });

  test('a pattern that would never end as a wrong body, and goes on', async () => {
    const sample = await probe(answering(`${'a'.repeat(60)}!`), { expect: { body: '/^(a+)+$/' } });
    expect(sample).toMatchObject(bad('body', 'the pattern for the body takes too long'));
  });
});

describe('the http probe meets', () => {
  /** One gigabyte, made as it is read; `sent` tells how much was taken. */
  function gigabyte(): { readonly server: Server; readonly sent: () => number } {
    const chunk = Buffer.alloc(65_536, 'x');
    let sent = 0;
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000_000 });
      const fill = (): void => {
        while (sent < 1_000_000_000 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', fill);
      fill();
    });
    return { server, sent: () => sent };
  }

  test('a body of one gigabyte: it reads what it may and hangs up', async () => {
    const { server, sent } = gigabyte();
    const before = process.memoryUsage().rss;
    const { address, open } = await started(server);
    const options = http.schema.parse({ url: `http://${address}/` });
    expect(await http.run(options, contextWith())).toMatchObject({ ok: true, facts: { bytes: 65_536 } });
    expect(sent()).toBeLessThan(50_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    await vi.waitFor(() => {
      expect(open()).toBe(0);
    });
  });

  test.for([
    [{ body: 'xxx' }, null],
    [{ body: 'y' }, 'the first 65536 bytes of a longer body do not hold what is expected'],
    [{ json: { a: 1 } }, 'expected JSON, got more than 65536 bytes; raise maxBodyBytes'],
  ] as const)('a body of one gigabyte and %j: %s', async ([wanted, detail]) => {
    const sample = await probe(gigabyte().server, { expect: wanted });
    expect(sample).toMatchObject(detail === null ? { ok: true } : bad('body', detail));
  });

  test('an answer that never ends, which it does not read with maxBodyBytes 0', async () => {
    const events: RequestListener = (_, response) => response.writeHead(200).write('event: x\n\n');
    expect(await probe(events, { maxBodyBytes: 0 })).toMatchObject({ ok: true, facts: { bytes: 0 } });
    expect(await probe(events, {}, { timeoutMs: 200 })).toMatchObject(
      bad('timeout', 'the answer did not end within 200 ms'),
    );
  });

  const dripping = (text: string): Server =>
    createTcpServer((socket) => {
      let at = 0;
      const drip = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 20);
      socket.once('close', () => {
        clearInterval(drip);
      });
    });

  test('a server that drips its headers: its one deadline holds', async () => {
    const sample = await probe(
      dripping('HTTP/1.1 200 OK\r\nx: y\r\nx: y\r\nx: yyyyyyyyyyyyyyyyyyyyyyyy'),
      {},
      { timeoutMs: 400 },
    );
    expect(sample).toMatchObject(bad('timeout', 'connected, but no answer came within 400 ms'));
    expect(sample.latencyMs.total).toBeLessThan(1900);
  });

  test('a server that drips its body: its one deadline holds', async () => {
    const server: RequestListener = (_, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.once('close', () => {
        clearInterval(drip);
      });
    };
    const sample = await probe(server, {}, { timeoutMs: 400 });
    expect(sample).toMatchObject(bad('timeout', 'the answer did not end within 400 ms'));
    expect(sample.latencyMs.total).toBeLessThan(1900);
  });

  test('an answer after the deadline, which is not ok', async () => {
    let late: ServerResponse | undefined;
    const sample = await probe((_, response) => (late = response), {}, { timeoutMs: 200 });
    late?.end('ok');
    expect(sample).toMatchObject(bad('timeout', 'connected, but no answer came within 200 ms'));
  });

  test('a busy machine: an answer that it could read only after the deadline is not ok', async () => {
    const { address } = await started(createServer((_, response) => response.end('ok')));
    const answer = http.run(
      http.schema.parse({ url: `http://${address}/` }),
      contextWith({ timeoutMs: 100 }),
    );
    const until = performance.now() + 150;
    while (performance.now() < until);
    expect(await answer).toMatchObject({ ok: false, reason: 'timeout' });
  });

  const cutOff = (end: 'end' | 'resetAndDestroy', head: string): Server =>
    createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\nhalf`, () => setTimeout(() => socket[end](), 20));
      });
    });

  test.for([
    ['end', 'content-length: 100'],
    ['resetAndDestroy', 'content-length: 100'],
    ['end', 'transfer-encoding: chunked'],
    ['resetAndDestroy', 'x: y'],
  ] as const)('a connection that breaks off in the body (%s, %s)', async ([end, head]) => {
    const chunk = head.includes('chunked') ? `${head}\r\n\r\nff\r\n` : head;
    expect(await probe(cutOff(end, chunk))).toMatchObject(
      bad('reset', 'the connection broke off in the middle of the answer'),
    );
  });

  test.for([
    ['SSH-2.0-OpenSSH_9.2\r\n', 'the answer is not HTTP'],
    ['HTTP/1.1 banana\r\n\r\n', 'the answer is not HTTP'],
    [
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      'the answer breaks the rules of HTTP',
    ],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 'the headers are larger than 32 KB'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
      'switched protocols without being asked',
    ],
  ] as const)('%j, which breaks the protocol', async ([text, detail]) => {
    const sample = await probe(raw(text));
    expect(sample).toMatchObject(bad('protocol', expect.stringMatching(new RegExp(`^${detail}`))));
  });

  test('an old server that ends a body by hanging up', async () => {
    expect(await probe(raw('HTTP/1.0 200 OK\r\n\r\nok'), { expect: { body: 'ok' } })).toMatchObject({
      ok: true,
    });
  });

  test('control characters from a stranger, and keeps them out of its detail', async () => {
    const server = raw('HTTP/1.1 200 OK\r\ncontent-type: text/\x1b[31mred\r\ncontent-length: 1\r\n\r\nx');
    const sample = await probe(server, { expect: { json: { a: 1 } } });
    expect(sample).toMatchObject({ ok: false });
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(JSON.stringify(sample)).not.toMatch(/[\u0000-\u001f]|\\u001b/);
  });
});
