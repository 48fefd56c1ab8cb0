// The real function against the real Firestore client and Google's Compute client: from a wanting to a machine, and nothing in peace.
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../functions/kit/log.ts';
import { wantedFields } from '../../functions/stores/standbys.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { began } from '../support/pretend-compute.ts';
import { type ProvisionFunction, provisionFunction } from '../support/provision-function.ts';
import { flagOf, releasedOf, wantedOf } from '../support/standby-house.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const minute = 60_000;
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

async function house(options: Parameters<typeof provisionFunction>[0] = {}): Promise<ProvisionFunction> {
  const home = await provisionFunction(options);
  closing.push(home.close);
  return home;
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
    const home = await house({ config: {} });
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
    const errors: unknown[] = [];
    const log = {
      ...silentLog,
      error: (fields: object, message: string) => void errors.push([message, fields]),
    };
    const home = await house({ variables: { PROVISION_OLD_AFTER_HOURS: '2' }, log });
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
    expect(errors).toEqual([]);
    home.world.pass(2 * minute);
    await home.run();
    const name: unknown = expect.stringMatching(/^bw-alpha-1-/);
    expect(errors).toEqual([
      ['a machine is old', { machine: { name, zone: 'europe-west3-a', hours: 2, purpose: 'standby' } }],
    ]);
  });
});
