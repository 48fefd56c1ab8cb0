// The real function against the real Firestore client and Google's Compute client: from a wanting to a machine, and nothing in peace.
import { indexes } from '../../functions/stores/indexes.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { createProvision } from '../../functions/entry/provision.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { wantedFields } from '../../functions/stores/standbys.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { type ServedFunction, serveFunction } from '../../local/functions/serve.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { began, pretendCompute, type World } from '../support/pretend-compute.ts';
import { flagOf, releasedOf, wantedOf } from '../support/standby-house.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const minute = 60_000;
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

const summary = z.object({
  standbys: z.array(
    z.object({
      signer: z.string(),
      phase: z.string().nullable(),
      did: z.array(z.string()),
      refusal: z.string().nullable(),
      trouble: z.string().nullable(),
    }),
  ),
  errors: z.array(z.string()),
});

type House = {
  readonly world: World;
  readonly firestore: FirestoreEmulator;
  readonly provision: ServedFunction;
  readonly run: () => Promise<{ readonly status: number; readonly body: unknown }>;
  /** What was logged as an error. */
  readonly errors: readonly string[];
  readonly plant: (path: string, fields: object, database?: string) => Promise<void>;
};

async function house(
  more: object = { standbys },
  variables: Readonly<Record<string, string>> = {},
): Promise<House> {
  const world = await pretendCompute();
  closing.push(world.compute.close);
  const firestore = await startFirestore({ indexes });
  closing.push(firestore.close);
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-provision-'));
  closing.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
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
      ...more,
    }),
  );
  const write = (): void => {};
  const errors: string[] = [];
  const error = (fields: object, message: string): void =>
    void errors.push(`${message} ${JSON.stringify(fields)}`);
  const provision = await serveFunction(
    createProvision({
      variables: {
        WATCHDOG_CONFIG: path,
        FIRESTORE_EMULATOR_HOST: firestore.host,
        COMPUTE_ENDPOINT: world.compute.endpoint,
        ...variables,
      },
      clock: world.clock,
      log: () => ({ info: write, warn: write, error }),
      print: () => {},
      network: { allow: [], hosts: new Map() },
    }),
  );
  closing.push(provision.close);
  return {
    world,
    firestore,
    provision,
    errors,
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
  };
}

const wanted = wantedOf({ since: began, decidedAt: began, expiresAt: began + 7 * 24 * 60 * minute });

describe('provision', () => {
  test('makes what is wanted past a full zone, sees it sync, and deletes it when it is not wanted any more', async () => {
    const home = await house();
    const { compute, pass } = home.world;
    const nodes = startNodes(compute, { clock: home.world.clock, bootMs: minute, syncMs: 5 * minute });
    closing.push(nodes.stop);
    compute.faults.stockOut('europe-west3-a', true);
    await home.plant('keys/alpha', { ...flagOf(), holder: 'basement/home', schema: 2 }, 'keys');
    await home.plant('standbys/alpha', wantedFields(wanted));
    const phaseAfter = async (): Promise<string | null> => {
      const { status, body } = await home.run();
      const read = summary.parse(body);
      expect({ status, errors: read.errors }).toEqual({ status: 200, errors: [] });
      pass(minute);
      return read.standbys[0]?.phase ?? null;
    };
    const until = async (phase: string): Promise<void> => {
      for (let minutes = 0; minutes < 20; minutes += 1) if ((await phaseAfter()) === phase) return;
      throw new Error(`it is not ${phase} after twenty minutes`);
    };
    await until('synced');
    expect(compute.instances()).toMatchObject([
      { zone: 'europe-west3-b', labels: { 'basement-watchdog': 'bw', 'watchdog-signer': 'alpha' } },
    ]);
    await home.plant('standbys/alpha', wantedFields(releasedOf(wanted, home.world.clock.now())));
    await until('gone');
    expect(compute.instances()).toEqual([]);
    expect(compute.disks()).toEqual([]);
  });

  test('deletes nothing while the flag in the keys database cannot be read', async () => {
    const home = await house();
    const { compute, pass } = home.world;
    closing.push(startNodes(compute, { clock: home.world.clock, bootMs: minute, syncMs: minute }).stop);
    await home.plant('standbys/alpha', wantedFields(wanted));
    for (let minutes = 0; minutes < 5; minutes += 1) {
      await home.run();
      pass(minute);
    }
    await home.plant('keys/alpha', { schema: 1, holder: 'nobody knows' }, 'keys');
    await home.plant('standbys/alpha', wantedFields(releasedOf(wanted, home.world.clock.now())));
    for (let minutes = 0; minutes < 8; minutes += 1) {
      const { body } = await home.run();
      pass(minute);
      expect(summary.parse(body).standbys, `minute ${minutes}`).toMatchObject([
        { phase: 'releasing', trouble: minutes < 5 ? null : 'flag-unreadable' },
      ]);
    }
    expect(compute.instances()).toHaveLength(1);
  });

  test('asks Compute nothing in peace but a list each half hour', async () => {
    const home = await house();
    await home.run();
    const after = home.world.compute.requests().length;
    home.firestore.resetCounts();
    await home.run();
    expect(home.world.compute.requests()).toHaveLength(after);
    expect(home.firestore.counts()).toEqual({ reads: 1, writes: 0, deletes: 0 });
  });

  test('does nothing where no standbys are configured', async () => {
    const home = await house({});
    expect(await home.run()).toEqual({ status: 200, body: { standbys: 'none are configured' } });
    expect(home.world.compute.requests()).toEqual([]);
  });

  test('accepts a poke before its work is done, and tells the scheduler only how it went', async () => {
    const home = await house();
    await home.plant('standbys/_fleet', { schema: 1, lease: 'nonsense' });
    const answer = await request(home.provision.url, { method: 'POST' });
    expect(answer.statusCode, 'how it went comes in the body').toBe(200);
    expect(summary.parse(await answer.body.json()).errors).toHaveLength(1);
  });

  test('answers 500 when a document cannot be read, and says which', async () => {
    const home = await house();
    await home.plant('standbys/_fleet', { schema: 1, lease: 'nonsense' });
    const { status, body } = await home.run();
    expect(status).toBe(500);
    expect(summary.parse(body).errors).toEqual([expect.stringContaining('standbys/_fleet')]);
  });

  test('answers only to POST', async () => {
    const home = await house();
    const answer = await request(home.provision.url, { method: 'GET' });
    expect(answer.statusCode).toBe(405);
    await answer.body.dump();
  });

  test('tells of a machine that has run for longer than it should, at each run', async () => {
    const home = await house({ standbys }, { PROVISION_OLD_AFTER_HOURS: '2' });
    const nodes = startNodes(home.world.compute, {
      clock: home.world.clock,
      bootMs: minute,
      syncMs: 5 * minute,
    });
    closing.push(nodes.stop);
    await home.plant('standbys/alpha', wantedFields(wanted));
    await home.run();
    home.world.pass(119 * minute);
    await home.run();
    expect(home.errors).toEqual([]);
    home.world.pass(2 * minute);
    await home.run();
    const machine = { name: expect.stringMatching(/^bw-alpha-1-/), zone: 'europe-west3-a', hours: 2 };
    expect(home.errors.map((line) => /^(a machine is old) (.*)$/.exec(line)?.slice(1) ?? line)).toEqual([
      ['a machine is old', expect.any(String)],
    ]);
    expect(JSON.parse(home.errors[0]?.replace('a machine is old ', '') ?? '')).toEqual({
      machine: { ...machine, purpose: 'standby' },
    });
  });
});
