// A fence on a cloud node and the real gate: no secret on the node, Compute says which machine it is, and a machine made anew is another one.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flagKeeperOf } from '../../../cli/keys.ts';
import { createGate } from '../../../functions/entry/gate.ts';
import { systemClock } from '../../../functions/kit/clock.ts';
import { silentLog } from '../../../functions/kit/log.ts';
import { openSignature } from '../../../functions/kit/signature.ts';
import { openDatabase } from '../../../functions/stores/open.ts';
import { indexes } from '../../../functions/stores/indexes.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { freePort, serveFunction } from '../../../local/functions/serve.ts';
import { lacksFence } from '../../support/fence-program.ts';
import { listen } from '../../support/server.ts';
import { flagOf } from '../../support/standby-house.ts';
import { standbysConfig } from '../../support/standbys.ts';
import { fenceWorld, lives, started, until, type World } from './world.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const gateKey = openSignature(key, 'the key').publicKey;
const place = { project: standbysConfig.project, zone: 'europe-west3-a', name: 'bw-eth-1' };

function tokenFor(audience: string, id: string): string {
  const now = Math.floor(Date.now() / 1000);
  const engine = { project_id: place.project, zone: place.zone, instance_name: place.name, instance_id: id };
  const text = [
    { alg: 'RS256', kid: 'one', typ: 'JWT' },
    {
      aud: audience,
      iss: 'https://accounts.google.com',
      iat: now,
      exp: now + 3600,
      google: { compute_engine: engine },
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`;
}

/** Compute's metadata server, for the machine of that number. */
async function metadataOf(id: string): Promise<string> {
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', 'http://metadata');
    answer.setHeader('metadata-flavor', 'Google');
    answer.end(
      url.pathname.endsWith('/identity') ? tokenFor(url.searchParams.get('audience') ?? '', id) : id,
    );
  });
  const { address, close } = await listen(server);
  onTestFinished(close);
  return address;
}

async function openCloud() {
  const firestore = await startFirestore({ indexes });
  const certificates = await listen(
    createServer((_, answer) => {
      answer.setHeader('content-type', 'application/json');
      answer.setHeader('cache-control', 'max-age=600');
      answer.end(JSON.stringify({ one: publicKey.export({ type: 'spki', format: 'pem' }) }));
    }),
  );
  const world = await fenceWorld();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const source = (operator: string): object => ({
    id: operator,
    probe: 'beacon',
    role: 'chain',
    chain: 'ethereum',
    operator,
    url: `https://${operator}.example.net`,
  });
  world.write(
    'watchdog.yaml',
    JSON.stringify({
      channels: [{ id: 'out', channel: 'console' }],
      gate: { url: `${url}/`, key: { env: 'GATE_KEY' }, publicKeys: [gateKey] },
      standbys: standbysConfig,
      sites: [
        {
          id: 'home',
          targets: [source('one'), source('two')],
          signers: [{ id: 'eth-1', chain: 'ethereum', keys: ['7'] }],
        },
      ],
    }),
  );
  const gate = await serveFunction(
    createGate({
      variables: {
        WATCHDOG_CONFIG: world.at('watchdog.yaml'),
        FIRESTORE_EMULATOR_HOST: firestore.host,
        GOOGLE_CLOUD_PROJECT: 'local',
        GATE_KEY: key,
        GATE_CALLS_PER_MINUTE: '100000',
        IDENTITY_CERTIFICATES_URL: `http://${certificates.address}/`,
      },
      clock: systemClock,
      log: () => silentLog,
      print: () => {},
      network: { allow: [], hosts: new Map() },
    }),
    port,
  );
  const database = openDatabase({ projectId: 'local', databaseId: 'keys', emulator: firestore.host });
  const keys = flagKeeperOf(database, { clock: systemClock });
  onTestFinished(async () => {
    await database.terminate();
    await gate.close();
    await certificates.close();
    await firestore.close();
  });
  return {
    world,
    give: async (instance: string | null, generation: number): Promise<void> => {
      const holder = instance === null ? ({ kind: 'none' } as const) : ({ kind: 'node', ...place } as const);
      const flag = flagOf({ holder, instance, generation, since: Date.now() });
      expect(await keys.write('eth-1', await keys.read('eth-1'), flag)).toEqual({ end: 'written' });
    },
    start: async (id: string): ReturnType<World['start']> =>
      world.start({
        env: {
          FENCE_GATE_URL: url,
          FENCE_GATE_KEYS: gateKey,
          FENCE_TOKEN_FILE: undefined,
          FENCE_IDENTITY: 'compute',
          GCE_METADATA_HOST: await metadataOf(id),
        },
      }),
  };
}

describe.skipIf(lacksFence())('a fence on a cloud node', () => {
  test('runs its client while that very machine holds the keys, and no longer', async () => {
    const { world, give, start } = await openCloud();
    await give('4711', 3);
    const fence = await start('4711');
    const pid = await started(world);
    expect(world.kept()).toMatchObject({ instance: '4711', generation: 3 });
    await give(null, 4);
    await until(pid);
    await fence.says('nobody may sign for eth-1');
    await give('4711', 5);
    expect(lives(await started(world, 2))).toBe(true);
  });

  test('of a machine of the same name, made anew, starts nothing', async () => {
    const { world, give, start } = await openCloud();
    await give('4711', 3);
    const fence = await start('4712');
    await fence.says('another machine of node/my-project/europe-west3-a/bw-eth-1 signs for eth-1');
    expect(world.starts()).toEqual([]);
  });
});
