// A ping to a service outside: one POST, to /fail when it is bad, and nothing of its address in what it answers.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpPing } from '../../functions/cloud/ping.ts';
import { closedPort, listen, type Listening } from '../support/server.ts';

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const server = await listen(createServer(listener));
  servers.push(server);
  return `http://${server.address}`;
}

const never = (): AbortSignal => new AbortController().signal;
const good = { isGood: true, text: '1 site taken in' };
const bad = { isGood: false, text: 'not taken in: home' };

describe('a ping', () => {
  test('is one POST with its line, and goes to /fail when it is bad', async () => {
    const seen: string[] = [];
    const base = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
        response.end('OK');
      });
    });
    for (const path of ['/ping/key', '/ping/key/?create=1']) {
      const ping = httpPing({ url: () => base + path });
      expect(await ping(never(), good)).toEqual({ accepted: true });
      expect(await ping(never(), bad)).toEqual({ accepted: true });
    }
    expect(seen).toEqual([
      'POST /ping/key text/plain; charset=utf-8 1 site taken in',
      'POST /ping/key/fail text/plain; charset=utf-8 not taken in: home',
      'POST /ping/key/?create=1 text/plain; charset=utf-8 1 site taken in',
      'POST /ping/key/fail?create=1 text/plain; charset=utf-8 not taken in: home',
    ]);
  });

  test.each([301, 404, 500])('that is answered %i was not accepted', async (status) => {
    const base = await serve((_request, response) => response.writeHead(status, { location: '/' }).end());
    expect(await httpPing({ url: () => `${base}/key` })(never(), good)).toEqual({
      accepted: false,
      reason: 'status',
      detail: `HTTP ${status}`,
    });
  });

  test('that nobody answers ends by its own deadline', async () => {
    const base = await serve(() => {});
    const ping = httpPing({ url: () => `${base}/key`, timeoutMs: 100 });
    expect(await ping(never(), good)).toMatchObject({ accepted: false, reason: 'timeout' });
  });

  test('that nobody listens to is refused, and one whose run ends is aborted', async () => {
    const port = await closedPort(createTcpServer());
    const ping = httpPing({ url: () => `http://127.0.0.1:${port}/s3cret` });
    expect(await ping(never(), good)).toEqual({ accepted: false, reason: 'refused', detail: 'ECONNREFUSED' });
    expect(await ping(AbortSignal.abort(), good)).toMatchObject({ reason: 'aborted' });
  });

  test.each(['http://example.com/s3cret', 'ftp://example.com/s3cret', 'no address'])(
    'to %s is not sent: only https, or this machine',
    async (address) => {
      const answer = await httpPing({ url: () => address })(never(), good);
      expect(answer).toMatchObject({ accepted: false, reason: 'refused' });
      expect(JSON.stringify(answer)).not.toContain('s3cret');
    },
  );

  test('whose address cannot be read says so', async () => {
    const unreadable = (): string => {
      throw new Error('the secret is s3cret');
    };
    expect(await httpPing({ url: unreadable })(never(), good)).toEqual({
      accepted: false,
      reason: 'refused',
      detail: 'its address cannot be read',
    });
  });
});
