// The tls probe: the contract, whom it trusts, and how many days a certificate has left.
import { createServer as createTcpServer } from 'node:net';
import { createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { tls } from '../../functions/probes/tls.ts';
import { authority, type Certificate } from '../support/certificates.ts';
import { listen } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

const day = 86_400_000;
const ca = authority('Home authority');
const hosts = ['home.test', '127.0.0.1'];
const own = ca.issue({ name: 'home.test', hosts });
const client = ca.issue({ name: 'watchdog' });
const secrets = { CA: ca.cert, CERT: client.cert, KEY: client.key };

contract('tls', {
  target: (address) => ({
    probe: 'tls',
    ...tls.schema.parse({ address, fingerprint: own.fingerprint }),
  }),
  server: () => createServer({ cert: own.cert, key: own.key }),
});

async function probe(
  certificate: Certificate,
  options: object = {},
  server: TlsOptions = {},
): Promise<Sample> {
  const { address, close } = await listen(
    createServer({ ...server, cert: certificate.cert, key: certificate.key }),
  );
  onTestFinished(close);
  return tls.run(tls.schema.parse({ address, ca: { env: 'CA' }, ...options }), contextWith({ secrets }));
}

const bad = (detail: unknown): object => ({ ok: false, reason: 'tls', detail });
const endingIn = (days: number): Certificate =>
  ca.issue({ name: 'home.test', hosts, until: new Date(Date.now() + days * day + 3_600_000) });

describe('the tls probe', () => {
  test.for(['TLSv1.2', 'TLSv1.3'] as const)('is ok with a trusted certificate over %s', async (version) => {
    const sample = await probe(own, {}, { minVersion: version, maxVersion: version });
    expect(sample).toMatchObject({ ok: true, facts: { protocol: version, certificateDaysLeft: 29 } });
    expect(sample.latencyMs.tls).toBeGreaterThan(0);
  });

  test('says how soon a certificate ends that ends too soon', async () => {
    expect(await probe(endingIn(3))).toMatchObject(bad('the certificate ends in 3 days'));
    expect(await probe(endingIn(1))).toMatchObject(bad('the certificate ends in 1 day'));
    expect(await probe(endingIn(0))).toMatchObject(bad('the certificate ends in 0 days'));
    expect(await probe(endingIn(7))).toMatchObject({ ok: true });
    expect(await probe(endingIn(7), { minDaysLeft: 8 })).toMatchObject(bad('the certificate ends in 7 days'));
    expect(await probe(endingIn(0), { minDaysLeft: 0 })).toMatchObject({ ok: true });
  });

  test('does not trust a certificate that is not in its time', async () => {
    const from = new Date(Date.now() - 9 * day);
    const old = ca.issue({ name: 'home.test', hosts, from, until: new Date(Date.now() - day) });
    const early = ca.issue({ name: 'home.test', hosts, from: new Date(Date.now() + day) });
    expect(await probe(old)).toMatchObject(bad('the certificate has expired'));
    expect(await probe(early)).toMatchObject(bad('the certificate is not valid yet'));
    const { fingerprint } = old;
    expect(await probe(old, { ca: undefined, fingerprint })).toMatchObject(
      bad('the certificate has expired'),
    );
  });

  test('does not trust another authority, another name, or another certificate than the pinned one', async () => {
    const stranger = authority('Stranger').issue({ name: 'home.test', hosts });
    const untrusted = bad('the certificate comes from an authority that is not trusted');
    expect(await probe(stranger)).toMatchObject(untrusted);
    expect(await probe(own, { ca: undefined })).toMatchObject(untrusted);
    expect(await probe(own, { serverName: 'elsewhere.test' })).toMatchObject(
      bad('the certificate is not for elsewhere.test'),
    );
    expect(await probe(ca.issue({ name: 'other.test' }))).toMatchObject(
      bad('the certificate is not for 127.0.0.1'),
    );
    expect(await probe(own, { serverName: 'home.test' })).toMatchObject({ ok: true });
    const { fingerprint } = own;
    expect(await probe(stranger, { fingerprint, ca: undefined })).toMatchObject(
      bad('the certificate is not the pinned one'),
    );
  });

  test('shows its client certificate, and says so when there is none to show', async () => {
    const asking: TlsOptions = {
      requestCert: true,
      rejectUnauthorized: true,
      ca: ca.cert,
      maxVersion: 'TLSv1.2',
    };
    const clientCertificate = { cert: { env: 'CERT' }, key: { env: 'KEY' } };
    expect(await probe(own, { clientCertificate }, asking)).toMatchObject({ ok: true });
    expect(await probe(own, {}, asking)).toMatchObject(
      bad(expect.stringMatching(/^the TLS handshake failed/)),
    );
  });

  test('does not mind what is spoken inside', async () => {
    expect(await probe(own, {}, { ALPNProtocols: ['h2'] })).toMatchObject({ ok: true });
    expect(await probe(own, {}, { ALPNProtocols: ['of-its-own'] })).toMatchObject({ ok: true });
  });

  test('says that a port does not speak TLS', async () => {
    const { address, close } = await listen(createTcpServer((socket) => socket.write('SSH-2.0-x\r\n')));
    onTestFinished(close);
    const sample = await tls.run(tls.schema.parse({ address }), contextWith());
    expect(sample).toMatchObject(bad('the port does not speak TLS'));
  });

  test('throws ERR_SECRET for a PEM that is none', async () => {
    await expect(probe(own, { ca: { env: 'KEY' } })).rejects.toMatchObject({ code: 'ERR_SECRET' });
  });

  test.for([
    [{ address: 'home.example' }],
    [{ address: 'home.example:0' }],
    [{ minDaysLeft: 366 }],
    [{ minDaysLeft: -1 }],
    [{ fingerprint: 'abc' }],
    [{ url: 'https://a' }],
  ])('does not take %j as options', ([options]) => {
    expect(tls.schema.safeParse({ address: 'home.example:443', ...options }).success).toBe(false);
  });
});
