// A poke: one request, an answer's status, and a closed set of ways to fail; never a token to this machine.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpPoke } from '../../functions/cloud/poke.ts';
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

describe('a poke', () => {
  test('is one POST of an empty object without a token, accepted by any 2xx', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push([
          request.method,
          request.url,
          request.headers.authorization,
          request.headers['content-type'],
          body,
        ]);
        response.writeHead(202).end();
      });
    });
    const poke = httpPoke({ url: `http://${server.address}/deliver` });
    expect(await poke(never())).toEqual({ accepted: true });
    expect(seen).toEqual([['POST', '/deliver', undefined, 'application/json', '{}']]);
    expect(await poke(never(), { events: 'home' })).toEqual({ accepted: true });
    expect(seen[1]).toEqual(['POST', '/deliver', undefined, 'application/json', '{"events":"home"}']);
    await expect.poll(server.open).toBe(0);
  });

  test('does not wait for the work that follows the headers, nor stops it', async () => {
    const { promise: done, resolve } = Promise.withResolvers<string>();
    const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(200).flushHeaders();
      void mayEnd.then(() => {
        response.end('{}');
        resolve('finished');
      });
    });
    expect(await httpPoke({ url: `http://${server.address}/` })(never())).toEqual({ accepted: true });
    letEnd();
    expect(await done).toBe('finished');
  });

  test.each([302, 400, 403, 404, 429, 500, 503])('is not accepted by %i', async (status) => {
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await httpPoke({ url: `http://${server.address}/` })(never())).toEqual({
      accepted: false,
      reason: 'status',
      detail: `HTTP ${status}`,
    });
    expect(server.accepted()).toBe(1);
  });

  test('gives up on silence', async () => {
    const server = await serve(() => {});
    expect(await httpPoke({ url: `http://${server.address}/`, timeoutMs: 150 })(never())).toEqual({
      accepted: false,
      reason: 'timeout',
      detail: 'TIMEOUT',
    });
    await expect.poll(server.open).toBe(0);
  });

  test('says that nobody listens, without the address', async () => {
    const port = await closedPort(createTcpServer());
    const result = await httpPoke({ url: `http://127.0.0.1:${port}/secret` })(never());
    expect(result).toEqual({ accepted: false, reason: 'refused', detail: 'ECONNREFUSED' });
  });

  test('ends with the run, before and in the middle', async () => {
    const run = new AbortController();
    const server = await serve(() => {
      run.abort();
    });
    const poke = httpPoke({ url: `http://${server.address}/` });
    expect(await poke(run.signal)).toMatchObject({ accepted: false, reason: 'aborted' });
    expect(await poke(run.signal)).toMatchObject({ accepted: false, reason: 'aborted' });
    expect(server.accepted()).toBe(1);
  });

  test('to another machine needs an identity; where there is none, it says so within its time', async () => {
    const begun = performance.now();
    const result = await httpPoke({ url: 'https://deliver.example/secret', timeoutMs: 500 })(never());
    expect(result).toMatchObject({ accepted: false, detail: expect.stringMatching(/^no identity token/) });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('to what is no URL is a mistake in the configuration, which is not repeated', () => {
    expect(() => httpPoke({ url: 'hunter2' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.not.stringContaining('hunter2') }),
    );
  });
});
