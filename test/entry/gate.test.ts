// The function `gate` over real sockets and a real client of the database: the person writes a flag, and the next question hears of it.
import { generateKeyPairSync, verify, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from 'undici';
import { z } from 'zod';
import { flagKeeperOf } from '../../cli/keys.ts';
import { abortHandover, beginHandover, initFlag } from '../../functions/domain/handover/flag.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { localHouse, type LocalHouse } from '../support/local.ts';

const token = 'a-token-of-the-fence-on-mini1';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const publicHalf = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
const nonce = 'f'.repeat(32);
const fenced = {
  id: 'eth-1',
  chain: 'ethereum',
  keys: ['7'],
  fences: [{ id: 'mini1', token: { env: 'FENCE_TOKEN' } }],
};
const chainTargets = ['one', 'two'].map((operator) => ({
  id: `chain-${operator}`,
  probe: 'beacon',
  role: 'chain',
  chain: 'ethereum',
  operator,
  url: `https://${operator}.example.net`,
}));
let house: LocalHouse;
let database: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  house = await localHouse({
    config: { gate: { url: 'https://gate.example.net', key: { env: 'GATE_KEY' }, publicKeys: [publicHalf] } },
    site: {
      targets: chainTargets,
      signers: [fenced],
    },
    variables: {
      GATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      FENCE_TOKEN: token,
    },
  });
  database = openDatabase({
    projectId: 'local',
    databaseId: 'keys',
    emulator: house.watchdog.firestore.host,
  });
});
afterAll(async () => {
  await database.terminate();
  await house.close();
});

const signed = z.object({ answer: z.string(), signatures: z.array(z.string()).length(1) });
const permission = z.object({ verdict: z.string(), generation: z.number(), nonce: z.string() });

async function ask(query: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const answer = await request(`${house.watchdog.urls.gate ?? ''}/eth-1${query}`, { headers });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

async function verdict(): Promise<string> {
  const { status, body } = await ask(`?instance=machine-a&nonce=${nonce}`);
  expect(status).toBe(200);
  const { answer, signatures } = signed.parse(JSON.parse(body));
  const isGenuine = verify(
    null,
    Buffer.from(`basement-watchdog gate 1\n${answer}`),
    createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
    Buffer.from(signatures[0] ?? '', 'base64'),
  );
  const said = permission.parse(JSON.parse(answer));
  expect([isGenuine, said.nonce]).toEqual([true, nonce]);
  return `${said.verdict} ${said.generation}`;
}

describe('the gate', () => {
  test('says what the flag says, from one question to the next', async () => {
    expect(await verdict()).toBe('deny 0');
    const keys = flagKeeperOf(database, { clock: systemClock });
    const given = {
      signer: { id: 'eth-1', site: 'home', keys: ['7'] },
      at: systemClock.now(),
      by: 'ada',
      reason: 'a test',
    };
    const write = async (make: typeof beginHandover): Promise<void> => {
      const seen = await keys.read('eth-1');
      const change = make(seen.read, given);
      if (!change.ok) throw new Error(change.text);
      expect(await keys.write('eth-1', seen, change.next)).toEqual({ end: 'written' });
    };
    await write((read, changing) =>
      initFlag(read, { ...changing, instance: 'machine-a', backup: { isTested: true, at: 1, by: 'ada' } }),
    );
    expect(await verdict()).toBe('allow 1');
    await write(beginHandover);
    expect(await verdict()).toBe('deny 2');
    await write(abortHandover);
    expect(await verdict()).toBe('allow 3');
  });

  test('asks everybody who they are, and is not kept by anything on the way', async () => {
    const refused = await ask(`?instance=machine-a&nonce=${nonce}`, {});
    expect([refused.status, refused.headers['cache-control']]).toEqual([401, 'no-store']);
    const allowed = await ask(`?instance=machine-a&nonce=${nonce}`);
    expect(allowed.headers['cache-control']).toBe('no-store');
    expect(house.logs.join()).not.toContain(token);
  });

  test.each(['', '?instance=machine-a', `?nonce=${nonce}`, `?instance=a&instance=b&nonce=${nonce}`])(
    'answers 400 to %j',
    async (query) => {
      expect(await ask(query)).toMatchObject({ status: 400, body: expect.stringContaining('ask with GET') });
    },
  );

  test('is neither allow nor deny while the database does not answer', async () => {
    house.watchdog.firestore.faults.set(({ database: id }) =>
      id === 'keys' ? { code: 'PERMISSION_DENIED' } : undefined,
    );
    const { status, body } = await ask(`?instance=machine-a&nonce=${nonce}`);
    house.watchdog.firestore.faults.clear();
    expect(status).toBe(503);
    expect(body).not.toContain('signatures');
  });
});

test('a key whose public half no fence knows signs nothing, and is told of by its public half alone', async () => {
  const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const wrong = await localHouse({
    config: { gate: { url: 'https://gate.example.net', key: { env: 'GATE_KEY' }, publicKeys: [publicHalf] } },
    site: { targets: chainTargets, signers: [fenced] },
    variables: { GATE_KEY: other, FENCE_TOKEN: token },
  });
  const answer = await request(`${wrong.watchdog.urls.gate ?? ''}/eth-1?instance=a&nonce=${nonce}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.statusCode).toBe(500);
  expect(await answer.body.text()).toContain('not among gate.publicKeys');
  expect(wrong.logs.join()).not.toContain('PRIVATE');
  await wrong.close();
});
