// The question to a witness: one request, a strict reading of its answer, and a closed set of ways to be silent, whatever the other side does.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpWitness } from '../../functions/cloud/ask-witness.ts';
import type { WitnessAnswer } from '../../functions/cloud/cloud.ts';
import { closedPort, listen, type Listening } from '../support/server.ts';

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(listener: RequestListener): Promise<Listening> {
  const server = await listen(createServer(listener));
  servers.push(server);
  return server;
}

const never = (): AbortSignal => new AbortController().signal;
const targets = [{ site: 'home', target: 'geth-p2p' }];
const ask = (server: Listening, timeoutMs = 2_000, signal = never()): Promise<WitnessAnswer> =>
  httpWitness({ url: `http://${server.address}/s3cret` })(targets, { signal, timeoutMs });

/** A witness that answers with this text, once it has heard the question. */
const saying = (text: string | Buffer, status = 200): Promise<Listening> =>
  serve((request, response) => {
    request.resume();
    response.writeHead(status, { location: '/elsewhere' }).end(text);
  });

const good = { isBlind: false, qualities: { home: { 'geth-p2p': 'good' } } };

describe('the question to a witness', () => {
  test('is one POST of ids without a token, and its answer is taken', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push([method, url, headers.authorization, headers['content-type'], JSON.parse(body)]);
        response.end(JSON.stringify(good));
      });
    });
    expect(await ask(server)).toEqual({ answered: true, ...good });
    expect(seen).toEqual([['POST', '/s3cret', undefined, 'application/json', { targets }]]);
    await expect.poll(server.open).toBe(0);
  });

  test.each([204, 302, 400, 401, 403, 404, 429, 500, 503])(
    'is not answered by %i, whatever is said with it',
    async (status) => {
      const server = await saying(status === 204 ? '' : JSON.stringify(good), status);
      expect(await ask(server)).toEqual({ answered: false, reason: 'status', detail: `HTTP ${status}` });
      expect(server.accepted()).toBe(1);
    },
  );

  test.each([
    ['nothing', ''],
    ['no JSON', '<html>geth-p2p is good</html>'],
    ['half of it', JSON.stringify(good).slice(0, -3)],
    ['a list', '[]'],
    ['null', 'null'],
    ['no qualities', '{"isBlind":false}'],
    ['a truth that is none', JSON.stringify({ ...good, isBlind: 'no' })],
    ['a quality that is none', '{"isBlind":false,"qualities":{"home":{"geth-p2p":"fine"}}}'],
    ['a target without a quality', '{"isBlind":false,"qualities":{"home":{"geth-p2p":null}}}'],
    ['a list of targets', '{"isBlind":false,"qualities":{"home":["good"]}}'],
    ['more than it was asked to say', JSON.stringify({ ...good, address: '10.0.0.1' })],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ])('is not answered by %s', async (_what, text) => {
    const answer = await ask(await saying(text));
    expect(answer).toMatchObject({ answered: false, reason: 'malformed' });
    expect(JSON.stringify(answer)).not.toMatch(/geth|fine|10\.0|s3cret|html/);
  });

  test('is not led to a prototype by its answer', async () => {
    const text = '{"isBlind":false,"qualities":{"__proto__":{"polluted":"good"},"home":{"__proto__":"bad"}}}';
    const answer = await ask(await saying(text));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    const home = answer.answered ? answer.qualities['home'] : undefined;
    expect(home?.['geth-p2p']).toBe(undefined);
  });

  test('is not answered by too much, of which no more than needed is taken', async () => {
    let sent = 0;
    const server = await serve((request, response) => {
      request.resume();
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384;
      };
      response.on('drain', more);
      more();
    });
    expect(await ask(server)).toEqual({
      answered: false,
      reason: 'malformed',
      detail: 'the answer is over 65536 bytes',
    });
    await expect.poll(server.open).toBe(0);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test('of the largest size is answered', async () => {
    const qualities = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`a-target-with-long${index}`.slice(0, 20), 'unknown']),
    );
    const most = JSON.stringify({ isBlind: false, qualities: { home: qualities } });
    expect(await ask(await saying(most))).toMatchObject({ answered: true });
  });

  test.each<[string, RequestListener]>([
    ['silence', () => {}],
    ['headers alone', (_request, response) => response.writeHead(200).flushHeaders()],
    [
      'an answer that never ends',
      (_request, response) => {
        response.write('{"isBlind":');
      },
    ],
  ])('gives up on %s within its time', async (_what, listener) => {
    const server = await serve(listener);
    expect(await ask(server, 200)).toEqual({ answered: false, reason: 'timeout', detail: 'TIMEOUT' });
    await expect.poll(server.open).toBe(0);
  });

  test('is refused by a closed port, a reset and an answer that breaks off, without the address', async () => {
    const port = await closedPort(createTcpServer());
    const closed = httpWitness({ url: `http://127.0.0.1:${port}/s3cret` });
    expect(await closed(targets, { signal: never(), timeoutMs: 2_000 })).toEqual({
      answered: false,
      reason: 'refused',
      detail: 'ECONNREFUSED',
    });
    const reset = await serve((request) => request.socket.resetAndDestroy());
    expect(await ask(reset)).toMatchObject({ answered: false, reason: 'refused' });
    const broken = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"isBlind":', () => request.socket.destroy());
    });
    expect(await ask(broken)).toMatchObject({ answered: false, reason: 'refused' });
  });

  test('ends with the run, before and in the middle', async () => {
    const run = new AbortController();
    const server = await serve(() => {
      run.abort();
    });
    expect(await ask(server, 2_000, run.signal)).toMatchObject({ answered: false, reason: 'aborted' });
    expect(await ask(server, 2_000, run.signal)).toMatchObject({ answered: false, reason: 'aborted' });
    expect(server.accepted()).toBe(1);
  });

  test('to another machine needs an identity; where there is none, it says so', async () => {
    const abroad = httpWitness({ url: 'https://witness.example/s3cret' });
    expect(await abroad(targets, { signal: never(), timeoutMs: 500 })).toMatchObject({
      answered: false,
      detail: expect.stringMatching(/^no identity token/),
    });
  });

  test('to what is no URL is a mistake in the configuration, which is not repeated', () => {
    expect(() => httpWitness({ url: 'hunter2' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.not.stringContaining('hunter2') }),
    );
  });
});
