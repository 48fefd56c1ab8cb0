// A session over TLS, and what becomes of the secrets that it is given.
import { createServer } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { describe, expect, test } from 'vitest';
import { authority } from '../support/certificates.ts';
import { closedPort } from '../support/server.ts';
import { ask, bad, get, good, saying, started, within } from './session.ts';

describe('a session over TLS', () => {
  const ca = authority('Home authority');
  const own = ca.issue({ name: 'home.test', hosts: ['127.0.0.1'] });
  const client = ca.issue({ name: 'watchdog' });
  const secrets = { CA: ca.cert, CERT: client.cert, KEY: client.key };
  const tls = { ca: { env: 'CA' } };

  test('shakes hands once, and shows its client certificate', async () => {
    const asking = { cert: own.cert, key: own.key, requestCert: true, rejectUnauthorized: true, ca: ca.cert };
    const { address, accepted } = await started(createHttps(asking, saying('hi')));
    const clientCertificate = { cert: { env: 'CERT' }, key: { env: 'KEY' } };
    const given = { access: { tls: { ...tls, clientCertificate } }, connections: 1, secrets };
    const answers = await within(
      `https://${address}`,
      (session) => Promise.all([1, 2, 3].map(() => session.ask(get))),
      given,
    );
    expect(answers).toEqual(Array.from({ length: 3 }, () => good('hi')));
    expect(accepted()).toBe(1);
    const without = await within(`https://${address}`, ask, { access: { tls }, secrets });
    expect(without).toEqual(bad('tls', 'the server asks for a client certificate'));
  });

  test('does not trust whom it was not told to trust', async () => {
    const { address } = await started(createHttps({ cert: own.cert, key: own.key }, saying('hi')));
    expect(await within(`https://${address}`, ask)).toEqual(
      bad('tls', 'the certificate comes from an authority that is not trusted'),
    );
    const pinned = { access: { tls: { fingerprint: ca.fingerprint } } };
    expect(await within(`https://${address}`, ask, pinned)).toEqual(
      bad('tls', 'the certificate is not the pinned one'),
    );
  });

  test('throws ERR_SECRET for a PEM that is none', async () => {
    const { address } = await started(createHttps({ cert: own.cert, key: own.key }, saying('hi')));
    const given = { access: { tls: { ca: { env: 'KEY' } } }, secrets };
    await expect(within(`https://${address}`, ask, given)).rejects.toMatchObject({ code: 'ERR_SECRET' });
  });
});

describe('the secrets of a session', () => {
  const access = { pathSecret: { env: 'KEY' } };
  const secrets = { KEY: 'hunter2-Key_~.' };

  test('stand between the path of the address and that of the question', async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const { address } = await started(server);
    for (const url of [`http://${address}`, `http://${address}/v3/`]) {
      await within(url, (session) => session.ask({ path: '/eth?id=1', maxBytes: 9 }), { access, secrets });
    }
    expect(seen).toEqual(['/hunter2-Key_~./eth?id=1', '/v3/hunter2-Key_~./eth?id=1']);
  });

  test('are in no failure, whatever happens', async () => {
    const port = await closedPort(createTcp());
    const servers = await Promise.all([
      started(createTcp((socket) => socket.resetAndDestroy())),
      started(createTcp((socket) => socket.once('data', (text) => socket.end(text)))),
      started(createServer((request, response) => response.end(`${request.url}`.repeat(200)))),
      started(createServer(() => undefined)),
    ]);
    for (const address of [`127.0.0.1:${port}`, ...servers.map((server) => server.address)]) {
      const answer = await within(`http://${address}`, ask, { access, secrets, timeoutMs: 500 });
      expect(answer).toMatchObject({ ok: false });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    }
  });

  test.for(['a/b', '..', '.', 'a?b', 'a b', 'ä', '%2e%2e', 'a\nb'])(
    'throw ERR_SECRET when no path can carry them: %j',
    async (value) => {
      const { address, accepted } = await started(createServer(saying('hi')));
      const asking = within(`http://${address}`, ask, { access, secrets: { KEY: value } });
      await expect(asking).rejects.toMatchObject({ code: 'ERR_SECRET' });
      await expect(asking).rejects.not.toThrow(value === '.' || value === '..' ? 'dots' : value);
      expect(accepted()).toBe(0);
    },
  );

  test('throw ERR_SECRET when no header can carry them, or when they are missing', async () => {
    const bearer = { access: { auth: { bearer: { env: 'KEY' } } } };
    const asking = within('http://127.0.0.1:1', ask, { ...bearer, secrets: { KEY: 'line\nbreak' } });
    await expect(asking).rejects.toMatchObject({ code: 'ERR_SECRET' });
    const missing = within('http://127.0.0.1:1', ask, bearer);
    await expect(missing).rejects.toMatchObject({ code: 'ERR_SECRET' });
  });
});
