// The identity tokens of machines, checked by Google's library against certificates that a server of ours gives.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identified } from '../../functions/cloud/cloud.ts';
import { identifyMachines } from '../../functions/cloud/instance-identity.ts';
import { listen, type Listening } from '../support/server.ts';

const audience = 'https://gate.example.net';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const now = (): number => Math.floor(Date.now() / 1000);

const engine = { project_id: 'p', zone: 'eu-1-a', instance_name: 'bw-1', instance_id: '1234567890123456789' };

type Over = { readonly header?: object; readonly claims?: object; readonly key?: typeof privateKey };

function tokenOf({ header = {}, claims = {}, key = privateKey }: Over = {}): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = [
    part({ alg: 'RS256', kid: 'one', typ: 'JWT', ...header }),
    part({
      aud: audience,
      iss: 'https://accounts.google.com',
      iat: now() - 10,
      exp: now() + 3590,
      sub: '1',
      google: { compute_engine: engine },
      ...claims,
    }),
  ].join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

let asked = 0;
let certificates: Listening;
const server = createServer((_, answer) => {
  asked += 1;
  answer.setHeader('cache-control', 'public, max-age=3600');
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({ one: publicKey.export({ type: 'spki', format: 'pem' }) }));
});
beforeAll(async () => {
  certificates = await listen(server);
});
afterAll(async () => {
  await certificates.close();
});
const identify = (token: string): Promise<Identified> =>
  identifyMachines({ audience, certificatesUrl: `http://${certificates.address}/` })(token);

describe('an identity token', () => {
  test('says which machine it is of', async () => {
    expect(await identify(tokenOf())).toEqual({
      ok: true,
      machine: { project: 'p', zone: 'eu-1-a', name: 'bw-1', id: '1234567890123456789' },
    });
  });

  test.each<[string, Over]>([
    ['of another key', { key: stranger }],
    ['of a key that nobody knows', { header: { kid: 'two' } }],
    ['for somebody else', { claims: { aud: 'https://other.example.net' } }],
    ['of another issuer', { claims: { iss: 'https://evil.example.net' } }],
    ['that is over', { claims: { iat: now() - 9000, exp: now() - 5400 } }],
    ['that is not yet', { claims: { iat: now() + 3000, exp: now() + 6000 } }],
    ['without age', { claims: { iat: undefined } }],
    ['that does not say which machine', { claims: { google: undefined } }],
    [
      'with a number that is none',
      { claims: { google: { compute_engine: { ...engine, instance_id: 'x' } } } },
    ],
    ['that claims to need no signature', { header: { alg: 'none' }, key: stranger }],
  ])('%s proves nothing, and is not repeated', async (_, over) => {
    const token = tokenOf(over);
    const identified = await identify(token);
    expect(identified).toMatchObject({ ok: false, reason: 'unproven' });
    expect(JSON.stringify(identified)).not.toContain(token.slice(0, 20));
  });

  test.each(['', 'eyJ.eyJ.x', `eyJ${'a'.repeat(5000)}.b.c`])(
    '%# that is none proves nothing',
    async (token) => {
      expect(await identify(token)).toMatchObject({ ok: false, reason: 'unproven' });
    },
  );

  test('cannot be checked without certificates: that is no proof against it', async () => {
    const nowhere = identifyMachines({ audience, certificatesUrl: 'http://127.0.0.1:1/', timeoutMs: 2_000 });
    expect(await nowhere(tokenOf())).toMatchObject({ ok: false, reason: 'unknown' });
  });

  test('is checked by certificates that are kept as long as they say', async () => {
    const one = identifyMachines({ audience, certificatesUrl: `http://${certificates.address}/` });
    const before = asked;
    await one(tokenOf());
    await one(tokenOf());
    expect(asked - before).toBe(1);
  });
});
