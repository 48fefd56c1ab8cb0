// The function `provision` over HTTP, on a real client of Firestore and Google's client of Compute, with one site and a clock that a test moves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { stringify } from 'yaml';
import { createProvision } from '../../functions/entry/provision.ts';
import { type Log, silentLog } from '../../functions/kit/log.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { type ServedFunction, serveFunction } from '../../local/functions/serve.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { pretendCompute, type World } from './pretend-compute.ts';

/** Where nodes may be made, as a configuration says it. */
const standbys = {
  project: 'my-project',
  nodes: {
    ethereum: {
      machine: 'n2-standard-4',
      disk: { type: 'pd-ssd', gib: 500 },
      places: [{ region: 'europe-west3', zones: ['europe-west3-a', 'europe-west3-b'], template: 'ethereum' }],
    },
  },
  prices: { asOf: '2026-11-20', machineHour: { 'n2-standard-4': 0.2 }, diskGibMonth: { 'pd-ssd': 0.2 } },
};

export type ProvisionFunction = {
  readonly world: World;
  readonly firestore: FirestoreEmulator;
  readonly provision: ServedFunction;
  /** As the scheduler calls it. */
  readonly run: () => Promise<{ readonly status: number; readonly body: unknown }>;
  readonly plant: (path: string, fields: object, database?: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** `config`: more of the file. */
export async function provisionFunction({
  config = { standbys },
  variables = {},
  log = silentLog,
}: {
  readonly config?: object;
  readonly variables?: Readonly<Record<string, string>>;
  readonly log?: Log;
} = {}): Promise<ProvisionFunction> {
  const world = await pretendCompute();
  const firestore = await startFirestore({ indexes });
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-provision-'));
  const path = join(folder, 'watchdog.yaml');
  writeFileSync(
    path,
    stringify({
      channels: [{ id: 'terminal', channel: 'console' }],
      sites: [
        {
          id: 'home',
          signers: [{ id: 'alpha', chain: 'ethereum', keys: ['7'] }],
          targets: ['a', 'b'].map((operator) => ({
            id: `source-${operator}`,
            role: 'chain',
            chain: 'ethereum',
            probe: 'beacon',
            url: `https://beacon.${operator}.example`,
            operator,
          })),
        },
      ],
      ...config,
    }),
  );
  const provision = await serveFunction(
    createProvision({
      variables: {
        WATCHDOG_CONFIG: path,
        FIRESTORE_EMULATOR_HOST: firestore.host,
        COMPUTE_ENDPOINT: world.compute.endpoint,
        ...variables,
      },
      clock: world.clock,
      log: () => log,
      print: () => {},
      network: { allow: [], hosts: new Map() },
    }),
  );
  return {
    world,
    firestore,
    provision,
    run: async () => {
      const headers = { 'x-cloudscheduler': 'true' };
      const answer = await request(provision.url, { method: 'POST', headers });
      return { status: answer.statusCode, body: await answer.body.json() };
    },
    plant: async (at, fields, databaseId = '(default)') => {
      const database = openDatabase({ projectId: 'local', databaseId, emulator: firestore.host });
      await database.doc(at).set({ ...fields }, { merge: true });
      await database.terminate();
    },
    close: async () => {
      await provision.close();
      await firestore.close();
      await world.compute.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
