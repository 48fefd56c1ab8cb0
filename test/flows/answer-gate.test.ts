// What `gate` answers: who may ask, that an error is neither allow nor deny, and that what it says is signed for one question.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Identified } from '../../functions/cloud/cloud.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { answerGate, type GateWorld } from '../../functions/flows/answer-gate.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import type { Answer } from '../../functions/kit/http-answer.ts';
import type { Log } from '../../functions/kit/log.ts';
import { limitPerMinute } from '../../functions/kit/rate.ts';
import { openSignature } from '../../functions/kit/signature.ts';
import { start } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';

const token = 'the-token-of-the-fence-on-mini1';
const before = 'the-token-that-mini1-had-before';
const other = 'the-token-of-the-fence-of-bera-1';
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl';
const nonce = '0123456789abcdef0123456789abcdef';
const pem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = openSignature(pem(), 'the key');
const former = openSignature(pem(), 'the key');

const signed = z.strictObject({ answer: z.string(), signatures: z.array(z.string()) });

type Call = {
  readonly path?: string;
  readonly instance?: string;
  readonly nonce?: string;
  readonly bearer?: string | null;
};

function gateOf(over: Partial<GateWorld> = {}, flags: Readonly<Record<string, FlagRead>> = {}) {
  const lines: string[] = [];
  const write = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const log: Log = { info: write, warn: write, error: write };
  const asked: string[] = [];
  const known: Readonly<Record<string, FlagRead>> = {
    'eth-1': { isReadable: true, flag: flagOf({ instance: 'a', generation: 3 }) },
    'bera-1': noFlag,
    ...flags,
  };
  const world: GateWorld = {
    signers: [
      { id: 'eth-1', site: 'home', fences: [{ id: 'mini1', tokens: () => [token, before] }] },
      { id: 'bera-1', site: 'home', fences: [{ id: 'mini2', tokens: () => [other] }] },
      { id: 'bare', site: 'home', fences: [] },
    ],
    keys: {
      readFlags: async (signers) => {
        asked.push(...signers);
        return new Map(signers.map((id) => [id, known[id] ?? noFlag]));
      },
    },
    signatures: () => [key, former],
    identify: async () => ({ ok: false, reason: 'unproven', detail: 'no' }),
    project: 'p',
    clock: { now: () => start, sleep: () => Promise.resolve() },
    calls: limitPerMinute(60),
    log,
    ...over,
  };
  return {
    lines,
    asked,
    ask: (call: Call = {}): Promise<Answer> => {
      const { path = '/eth-1', bearer = token } = call;
      const query: Readonly<Record<string, string>> = {
        instance: call.instance ?? 'a',
        nonce: call.nonce ?? nonce,
      };
      return answerGate(world, {
        method: 'GET',
        path,
        url: path,
        query: (name) => query[name] ?? '',
        client: null,
        header: (name) => (name === 'authorization' && bearer !== null ? `Bearer ${bearer}` : ''),
        body: () => Buffer.alloc(0),
      });
    },
  };
}

function said({ status, body }: Answer): {
  readonly answer: Record<string, unknown>;
  readonly text: string;
  readonly signatures: readonly string[];
} {
  expect(status).toBe(200);
  const { answer: text, signatures } = signed.parse(JSON.parse(body));
  return { text, signatures, answer: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
}

const machine: Identified = { ok: true, machine: { project: 'p', zone: 'eu-1-a', name: 'bw-1', id: '77' } };
const nodeFlag: FlagRead = {
  isReadable: true,
  flag: flagOf({
    holder: { kind: 'node', project: 'p', zone: 'eu-1-a', name: 'bw-1' },
    instance: '77',
    generation: 9,
  }),
};

describe('an answer', () => {
  test('holds the question, the verdict and what it rests on, and nothing else', async () => {
    const { answer } = said(await gateOf().ask());
    expect(answer).toEqual({
      nonce,
      signer: 'eth-1',
      instance: 'a',
      verdict: 'allow',
      generation: 3,
      holder: 'basement/home',
      minHeight: null,
      at: start,
      reason: 'basement/home signs for eth-1, and this is its machine',
    });
  });

  test('is signed by each key for this purpose', async () => {
    const { text, signatures } = said(await gateOf().ask());
    for (const [index, { publicKey }] of [key, former].entries()) {
      const raw = Buffer.from(publicKey, 'base64');
      expect(raw).toHaveLength(32);
      const object = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
        format: 'jwk',
      });
      const signature = Buffer.from(signatures[index] ?? '', 'base64');
      expect(verify(null, Buffer.from(`basement-watchdog gate 1\n${text}`), object, signature)).toBe(true);
      expect(verify(null, Buffer.from(text), object, signature)).toBe(false);
    }
  });

  test('is of the flag as it stands now: it is read for each question, and only that of the signer', async () => {
    const gate = gateOf();
    await gate.ask();
    await gate.ask();
    expect(gate.asked).toEqual(['eth-1', 'eth-1']);
  });

  test('says deny to another machine, and tells the log without the token', async () => {
    const gate = gateOf();
    expect(said(await gate.ask({ instance: 'b' })).answer).toMatchObject({ verdict: 'deny', generation: 3 });
    expect(gate.lines.join('\n')).toContain('mini1');
    expect(gate.lines.join('\n')).not.toContain(token);
  });

  test('says deny before the first flag, and how to write one', async () => {
    const { answer } = said(await gateOf().ask({ path: '/gate/bera-1', bearer: other }));
    expect(answer).toMatchObject({ verdict: 'deny', generation: 0 });
    expect(answer['reason']).toContain('watchdog handover init bera-1 --instance a');
  });
});

describe('an error is neither allow nor deny', () => {
  test.each<[string, Call, number]>([
    ['no token', { bearer: null }, 401],
    ['a wrong token', { bearer: 'x'.repeat(31) }, 401],
    ['the token of the fence of another signer', { bearer: other }, 401],
    ['a signer without fences', { path: '/bare' }, 401],
    ['a signer that is not there', { path: '/nobody' }, 401],
    ['an identity token that proves nothing', { bearer: jwt }, 401],
  ])('%s: %j', async (_, call, status) => {
    const gate = gateOf();
    const answer = await gate.ask(call);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('signatures');
    expect(gate.asked).toEqual([]);
  });

  test.each<[string, Call]>([
    ['no nonce', { nonce: '' }],
    ['a short nonce', { nonce: 'abc' }],
    ['no instance', { instance: '' }],
    ['an instance that is none', { instance: 'a/b' }],
    ['no signer', { path: '/' }],
    ['more path', { path: '/eth-1/x' }],
  ])('%s is refused as no question: %j', async (_, call) => {
    await expect(gateOf().ask(call)).rejects.toMatchObject({ code: 'ERR_REQUEST' });
  });

  test('a flag that cannot be read', async () => {
    const gate = gateOf({}, { 'eth-1': unreadable });
    const answer = await gate.ask();
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain('signatures');
    expect(gate.lines.join('\n')).toContain('cannot be read');
  });

  test('a token that is too short to be one', async () => {
    const gate = gateOf({
      signers: [{ id: 'eth-1', site: 'home', fences: [{ id: 'mini1', tokens: () => ['short'] }] }],
    });
    await expect(gate.ask({ bearer: 'short' })).rejects.toThrow(WatchdogError);
  });

  test('too many questions, of that fence alone', async () => {
    const gate = gateOf({ calls: limitPerMinute(2) });
    expect([(await gate.ask()).status, (await gate.ask()).status, (await gate.ask()).status]).toEqual([
      200, 200, 429,
    ]);
    expect((await gate.ask({ path: '/bera-1', bearer: other })).status).toBe(200);
  });
});

describe('a token before a change', () => {
  test('is still taken', async () => {
    expect(said(await gateOf().ask({ bearer: before })).answer).toMatchObject({ verdict: 'allow' });
  });
});

describe('a machine of Compute', () => {
  const gate = (identified: Identified, over: Partial<GateWorld> = {}) =>
    gateOf({ identify: async () => identified, ...over }, { 'eth-1': nodeFlag });
  const call: Call = { bearer: jwt, instance: '77' };

  test('that holds is allowed, and one that is said to be another is refused', async () => {
    expect(said(await gate(machine).ask(call)).answer).toMatchObject({ verdict: 'allow', generation: 9 });
    expect((await gate(machine).ask({ ...call, instance: '78' })).status).toBe(403);
  });

  test('of another project learns nothing, nor does any where there are no standbys', async () => {
    const stranger: Identified = { ok: true, machine: { project: 'q', zone: 'z', name: 'n', id: '77' } };
    expect((await gate(stranger).ask(call)).status).toBe(401);
    expect((await gate(machine, { project: null }).ask(call)).status).toBe(401);
  });

  test('that cannot be checked now is neither allowed nor denied', async () => {
    expect((await gate({ ok: false, reason: 'unknown', detail: 'no certificates' }).ask(call)).status).toBe(
      503,
    );
  });
});

describe('the key of the gate', () => {
  test('that is none is told of without a letter of it', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    for (const text of ['secret-that-is-no-key', rsa]) {
      expect(() => openSignature(text, 'the key in environment variable GATE_KEY')).toThrow(
        /^the key in environment variable GATE_KEY is no Ed25519 private key in PEM; make one with: openssl genpkey -algorithm ed25519$/,
      );
    }
  });
});
