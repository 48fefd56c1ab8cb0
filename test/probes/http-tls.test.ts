// The http probe over TLS: whom it trusts, and in which words it does not.
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { http } from '../../functions/probes/http.ts';
import { authority } from '../support/certificates.ts';
import type { Certificate } from '../support/certificates.ts';
import { listen } from '../support/server.ts';
import type { Listening } from '../support/server.ts';
import { contextWith } from './context.ts';

const day = 86_400_000;
const ca = authority('Home authority');
const stranger = authority('Another authority');
const own = ca.issue({ name: 'home.test', hosts: ['home.test', '127.0.0.1'] });
const client = ca.issue({ name: 'watchdog' });
const secrets = { CA: ca.cert, CERT: client.cert, KEY: client.key, STRANGER_CERT: '', STRANGER_KEY: '' };

async function secure(certificate: Certificate, options: ServerOptions = {}): Promise<Listening> {
  const server = createServer(
    { ...options, cert: certificate.cert, key: certificate.key },
    (request, response) => {
      const { socket } = request;
      if (!(socket instanceof TLSSocket)) return response.destroy();
      const { subject } = socket.getPeerCertificate();
      // Without a certificate there is no subject, whatever the types say.
      const name = JSON.stringify(subject ?? 'nobody');
      return response.end(`hello ${name} at ${String(socket.servername)}`);
    },
  );
  const listening = await listen(server);
  onTestFinished(listening.close);
  return listening;
}

async function probe(
  certificate: Certificate,
  options: { readonly tls?: object; readonly expect?: object } = {},
  server: ServerOptions = {},
): Promise<Sample> {
  const { address } = await secure(certificate, server);
  return http.run(http.schema.parse({ url: `https://${address}/`, ...options }), contextWith({ secrets }));
}

const trusted = { ca: { env: 'CA' } };
const bad = (detail: unknown): object => ({ ok: false, reason: 'tls', detail });

describe('the http probe over TLS', () => {
  test('trusts its own authority, times the handshake, and says how long the certificate lasts', async () => {
    const sample = await probe(own, { tls: trusted });
    expect(sample).toMatchObject({ ok: true, facts: { status: 200, certificateDaysLeft: 29 } });
    expect(sample.latencyMs.tls).toBeGreaterThan(0);
    expect(sample.latencyMs.tls).toBeLessThan(sample.latencyMs.total);
  });

  test('does not trust an authority that nobody named', async () => {
    expect(await probe(own)).toMatchObject(
      bad('the certificate comes from an authority that is not trusted'),
    );
    const other = stranger.issue({ name: 'home.test', hosts: ['127.0.0.1'] });
    expect(await probe(other, { tls: trusted })).toMatchObject(
      bad('the certificate comes from an authority that is not trusted'),
    );
  });

  test('does not trust a certificate for another name', async () => {
    const other = ca.issue({ name: 'other.test' });
    expect(await probe(other, { tls: trusted })).toMatchObject(bad('the certificate is not for 127.0.0.1'));
    expect(await probe(own, { tls: { ...trusted, serverName: 'elsewhere.test' } })).toMatchObject(
      bad('the certificate is not for elsewhere.test'),
    );
  });

  test('asks for the server name it was given', async () => {
    const sample = await probe(own, {
      tls: { ...trusted, serverName: 'home.test' },
      expect: { body: 'at home.test' },
    });
    expect(sample).toMatchObject({ ok: true });
  });

  test('does not trust a certificate out of its time', async () => {
    const now = Date.now();
    const hosts = ['127.0.0.1'];
    const old = ca.issue({ name: 'old', hosts, from: new Date(now - 9 * day), until: new Date(now - day) });
    const early = ca.issue({
      name: 'early',
      hosts,
      from: new Date(now + day),
      until: new Date(now + 9 * day),
    });
    expect(await probe(old, { tls: trusted })).toMatchObject(bad('the certificate has expired'));
    expect(await probe(early, { tls: trusted })).toMatchObject(bad('the certificate is not valid yet'));
  });

  test('trusts the pinned certificate alone, however its fingerprint is written', async () => {
    const other = stranger.issue({ name: 'other.test' });
    const colons = other.fingerprint.toUpperCase().replace(/..(?!$)/g, '$&:');
    for (const fingerprint of [other.fingerprint, colons]) {
      expect(await probe(other, { tls: { fingerprint } })).toMatchObject({ ok: true });
      expect(await probe(own, { tls: { fingerprint } })).toMatchObject(
        bad('the certificate is not the pinned one'),
      );
    }
  });

  test('checks the pin and the authority when both are given', async () => {
    const other = stranger.issue({ name: 'home.test', hosts: ['127.0.0.1'] });
    expect(await probe(own, { tls: { ...trusted, fingerprint: own.fingerprint } })).toMatchObject({
      ok: true,
    });
    expect(await probe(own, { tls: { ...trusted, fingerprint: other.fingerprint } })).toMatchObject({
      ok: false,
    });
    expect(await probe(other, { tls: { ...trusted, fingerprint: other.fingerprint } })).toMatchObject({
      ok: false,
    });
  });

  test('sends nothing to a server whose pin is wrong', async () => {
    const asked: string[] = [];
    const server = createServer({ cert: own.cert, key: own.key }, (request, response) => {
      asked.push(request.headers.authorization ?? '');
      response.end();
    });
    const { address, close } = await listen(server);
    onTestFinished(close);
    const tls = { fingerprint: ca.fingerprint };
    const options = http.schema.parse({ url: `https://${address}/`, tls, auth: { bearer: { env: 'KEY' } } });
    expect(await http.run(options, contextWith({ secrets: { KEY: 'token' } }))).toMatchObject({
      reason: 'tls',
    });
    expect(asked).toEqual([]);
  });

  const asking: ServerOptions = { requestCert: true, rejectUnauthorized: true, ca: ca.cert };
  const clientCertificate = { cert: { env: 'CERT' }, key: { env: 'KEY' } };

  test('shows its client certificate', async () => {
    const tls = { ...trusted, clientCertificate };
    expect(await probe(own, { tls, expect: { body: 'watchdog' } }, asking)).toMatchObject({ ok: true });
  });

  test.for([
    ['TLSv1.2', expect.stringMatching(/^the TLS handshake failed/)],
    ['TLSv1.3', 'the server asks for a client certificate'],
  ] as const)('says so when a server asks for one and there is none (%s)', async ([version, detail]) => {
    const server = { ...asking, minVersion: version, maxVersion: version };
    expect(await probe(own, { tls: trusted }, server)).toMatchObject(bad(detail));
  });

  test.for([
    { ca: { env: 'KEY' } },
    { ...trusted, clientCertificate: { cert: { env: 'CERT' }, key: { env: 'CA' } } },
    { ...trusted, clientCertificate: { cert: { env: 'CA' }, key: { env: 'KEY' } } },
  ])('throws ERR_SECRET for a PEM that is none: %j', async (tls) => {
    await expect(probe(own, { tls })).rejects.toMatchObject({ code: 'ERR_SECRET' });
    await expect(probe(own, { tls })).rejects.not.toThrow(/BEGIN/);
  });

  test('says that a port does not speak TLS', async () => {
    const { address, close } = await listen(
      createTcpServer((socket) => socket.write('220 mail.test ESMTP\r\n')),
    );
    onTestFinished(close);
    const sample = await http.run(http.schema.parse({ url: `https://${address}/` }), contextWith());
    expect(sample).toMatchObject(bad('the port does not speak TLS'));
  });

  test.for(['resetAndDestroy', 'end'] as const)(
    'answers reset when the handshake breaks off (%s)',
    async (how) => {
      const { address, close } = await listen(
        createTcpServer((socket) => socket.once('data', () => socket[how]())),
      );
      onTestFinished(close);
      const sample = await http.run(http.schema.parse({ url: `https://${address}/` }), contextWith());
      expect(sample).toMatchObject({ ok: false, reason: 'reset' });
    },
  );

  test('answers timeout when the handshake never ends', async () => {
    const { address, open, close } = await listen(createTcpServer((socket) => socket.resume()));
    onTestFinished(close);
    const options = http.schema.parse({ url: `https://${address}/` });
    const sample = await http.run(options, contextWith({ timeoutMs: 200 }));
    expect(sample).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'the TLS handshake did not end within 200 ms',
    });
    await expect.poll(open).toBe(0);
  });
});
