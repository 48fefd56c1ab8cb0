// How long `gate` takes, warm: the real function over HTTP, one read of the keys database and one signature for each question.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { flagKeeperOf } from '../cli/keys.ts';
import { initFlag } from '../functions/domain/handover/flag.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { openSignature } from '../functions/kit/signature.ts';
import { openDatabase } from '../functions/stores/open.ts';
import { startChild } from './child.ts';
import { writeConfiguration } from './configuration.ts';
import { median, percentile, rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type GateOptions = { readonly messages: number };

const warmUps = 20;
const counts = z.object({ reads: z.number(), writes: z.number(), deletes: z.number() });
const token = 'x'.repeat(32);
const instance = 'machine-a';
const answered = z.object({ answer: z.string().includes('"allow"') });

async function writeFlag(host: string): Promise<void> {
  const database = openDatabase({ projectId: 'bench', databaseId: 'keys', emulator: host });
  const keys = flagKeeperOf(database, { clock: systemClock });
  const at = systemClock.now();
  const change = initFlag(
    { isReadable: true, flag: null },
    {
      signer: { id: 'eth-1', site: 'home', keys: ['7'] },
      at,
      by: 'bench',
      reason: 'bench',
      backup: { isTested: true, at, by: 'bench' },
      instance,
    },
  );
  if (!change.ok) throw new Error(change.text);
  await keys.write('eth-1', await keys.read('eth-1'), change.next);
  await database.terminate();
}

/** The function and Firestore are processes of their own. */
export async function measureGate({ messages }: GateOptions): Promise<Report> {
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { publicKey } = openSignature(key, 'the key of the benchmark');
  const configuration = await writeConfiguration({
    channels: [{ id: 'terminal', channel: 'console' }],
    gate: { url: 'https://gate.example.net', key: { env: 'GATE_KEY' }, publicKeys: [publicKey] },
    sites: [
      {
        id: 'home',
        signers: [
          {
            id: 'eth-1',
            chain: 'ethereum',
            keys: ['7'],
            fences: [{ id: 'mini1', token: { env: 'FENCE_TOKEN' } }],
          },
        ],
        targets: [
          {
            id: 'a',
            probe: 'beacon',
            role: 'chain',
            operator: 'a',
            chain: 'ethereum',
            url: 'https://a.example.net',
          },
          {
            id: 'b',
            probe: 'beacon',
            role: 'chain',
            operator: 'b',
            chain: 'ethereum',
            url: 'https://b.example.net',
          },
        ],
      },
    ],
  });
  await writeFlag(firestore.ready.host);
  const gate = await startChild({
    file: 'gate.ts',
    schema: z.object({ url: z.string() }),
    variables: {
      WATCHDOG_CONFIG: configuration.path,
      FIRESTORE_EMULATOR_HOST: firestore.ready.host,
      GOOGLE_CLOUD_PROJECT: 'bench',
      METADATA_SERVER_DETECTION: 'none',
      FENCE_TOKEN: token,
      GATE_KEY: key,
      GATE_CALLS_PER_MINUTE: '1000000',
    },
  });
  const ask = async (): Promise<number> => {
    const nonce = randomBytes(16).toString('hex');
    const begun = performance.now();
    const answer = await fetch(`${gate.ready.url}/eth-1?instance=${instance}&nonce=${nonce}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
    });
    const body: unknown = await answer.json();
    const took = performance.now() - begun;
    answered.parse(body);
    return took;
  };
  try {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as a fence asks
    for (let index = 0; index < warmUps; index += 1) await ask();
    const before = await firestore.ask('counts', counts);
    const times: number[] = [];
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (let index = 0; index < messages; index += 1) times.push(await ask());
    const after = await firestore.ask('counts', counts);
    const { rssMb } = await gate.ask('size', z.object({ rssMb: z.number() }));
    return {
      fields: {
        p50Ms: rounded(median(times), 1),
        p99Ms: rounded(
          percentile(
            times.toSorted((a, b) => a - b),
            0.99,
          ),
          1,
        ),
        rssMb,
      },
      details: {
        questions: messages,
        reads: rounded((after.reads - before.reads) / messages, 2),
        writes: after.writes - before.writes,
      },
      limits: [{ field: 'p50Ms', atMost: 50 }],
      broken: [],
    };
  } finally {
    await Promise.all([gate.stop(), firestore.stop(), configuration.remove()]);
  }
}
