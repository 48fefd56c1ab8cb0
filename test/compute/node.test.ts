// What pretend nodes say of themselves as the lab's clock goes on, and when they are told to misbehave.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Nodes, startNodes } from '../../lab/compute/node.ts';
import { askCompute } from '../support/compute-api.ts';
import {
  drillOrder,
  order,
  pretendCompute,
  snapshotOrder,
  uuid,
  valueOf,
  type World,
  zoneA,
} from '../support/pretend-compute.ts';

const shape = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  keys: z.enum(['absent', 'present', 'unknown']),
  state: z.enum(['starting', 'syncing', 'synced', 'failing', 'wiped']),
  percent: z.number().min(0).max(100).nullable(),
  etaSeconds: z.number().min(0).nullable(),
  peers: z.number(),
  head: z.number().nullable(),
  software: z.string(),
  usedGib: z.number().nullable(),
  text: z.string(),
});

let world: World;
let nodes: Nodes;
beforeEach(async () => {
  world = await pretendCompute();
  nodes = startNodes(world.compute, { clock: world.clock, bootMs: 60_000, syncMs: 1_000_000 });
  // It runs since 39 seconds.
  await world.running();
});
afterEach(async () => {
  await world.compute.close();
});

const text = async (name = 'bw-home-x1'): Promise<string | null> =>
  valueOf(await world.door.report(order({ name }), world.signal));
const report = async (name?: string): Promise<z.infer<typeof shape>> =>
  shape.parse(JSON.parse((await text(name)) ?? 'null'));
const console = async (): Promise<readonly string[]> =>
  valueOf(await world.door.console({ ...order(), lines: 5 }, world.signal));

describe('a node', () => {
  test('boots, syncs with an estimate that holds, and is synced', async () => {
    expect(await report()).toMatchObject({
      state: 'starting',
      percent: null,
      etaSeconds: null,
      keys: 'absent',
    });
    world.pass(521_000);
    const half = await report();
    expect(half).toMatchObject({
      state: 'syncing',
      percent: 50,
      etaSeconds: 500,
      at: '2026-12-01T02:09:41.000Z',
    });
    world.pass(490_000);
    expect(await report()).toMatchObject({ state: 'syncing', percent: 99, etaSeconds: 10 });
    world.pass(10_000);
    expect(await report()).toMatchObject({ state: 'synced', percent: 100, etaSeconds: null, keys: 'absent' });
    expect((await console()).join('\n')).toMatch(/agent: started/);
  });

  test('says how much lies on its data disk', async () => {
    world.pass(521_000);
    expect(await report()).toMatchObject({ percent: 50, usedGib: 150 });
    expect(world.compute.disks()).toMatchObject([{ usedGib: null }, { usedGib: 150 }]);
    world.pass(600_000);
    expect(await report()).toMatchObject({ state: 'synced', usedGib: 300 });
  });

  test('of a drill wipes itself a while after it is synced, where its template says so', async () => {
    await world.running(drillOrder());
    world.pass(1_001_000);
    const own = async (): Promise<unknown> => {
      const { state, keys, peers, percent, head, usedGib } = await report('bw-drill-x1');
      return { state, keys, peers, percent, head, usedGib };
    };
    expect(await own()).toMatchObject({ state: 'syncing' });
    world.pass(30_000);
    expect(await own()).toMatchObject({ state: 'synced', percent: 100 });
    world.pass(60_000);
    const wiped = { keys: 'absent', peers: 0, percent: null, head: null, usedGib: 300 };
    expect(await own()).toEqual({ state: 'wiped', ...wiped });
    world.pass(3_600_000);
    expect(await own()).toEqual({ state: 'wiped', ...wiped });
    // The other one is to stay as it is.
    expect(await report()).toMatchObject({ state: 'synced', keys: 'absent' });
    nodes.keysPresent(true, 'bw-drill-x1');
    expect(await own()).toMatchObject({ state: 'wiped', keys: 'present' });
    nodes.failing('the disk is busy', 'bw-drill-x1');
    expect(await own()).toMatchObject({ state: 'failing' });
  });

  test('that began with a snapshot is synced much sooner', async () => {
    await world.running(drillOrder());
    world.pass(1_200_000);
    expect(await report('bw-drill-x1')).toMatchObject({ state: 'wiped' });
    valueOf(await world.door.save(snapshotOrder(), world.signal));
    world.pass(60_000);
    const { snapshot } = snapshotOrder();
    await world.running({ name: 'bw-warm', requestId: uuid(2), snapshot });
    await world.running({ name: 'bw-cold', requestId: uuid(3) });
    expect(await report('bw-warm')).toMatchObject({ state: 'syncing', percent: 98, usedGib: 294 });
    world.pass(60_000);
    expect(await report('bw-warm')).toMatchObject({ state: 'synced', percent: 100 });
    expect(await report('bw-cold')).toMatchObject({ state: 'syncing' });
  });

  test('says nothing before its agent has started', async () => {
    valueOf(await world.door.insert(order({ name: 'bw-b', requestId: uuid(2) }), world.signal));
    world.pass(45_000);
    expect(await text('bw-b')).toBe(null);
    world.pass(10_000);
    expect(await report('bw-b')).toMatchObject({ state: 'starting' });
  });

  test('that hangs says the same until it goes on', async () => {
    world.pass(521_000);
    nodes.hang(true);
    const before = await text();
    world.pass(300_000);
    expect(await text()).toBe(before);
    expect((await console()).join('\n')).toMatch(/blocked for more than 120 seconds/);
    nodes.hang(false);
    expect(await report()).not.toEqual(JSON.parse(before ?? ''));
  });

  test('that is slow or stands still says so, one without the other', async () => {
    await world.running({ name: 'bw-b', requestId: uuid(2) });
    world.pass(461_000);
    expect(await report()).toMatchObject({ percent: 50 });
    nodes.speed(0, 'bw-home-x1');
    world.pass(100_000);
    expect(await report()).toMatchObject({ state: 'syncing', percent: 50, etaSeconds: null });
    expect(await report('bw-b')).toMatchObject({ percent: 54 });
    nodes.speed(4, 'bw-home-x1');
    world.pass(100_000);
    expect(await report()).toMatchObject({ percent: 90, etaSeconds: 25 });
  });

  test('can lie in each way that matters', async () => {
    world.pass(521_000);
    nodes.keysPresent(true);
    expect(await report()).toMatchObject({ keys: 'present', state: 'syncing' });
    nodes.keysPresent(false);
    nodes.fromTheFuture(true);
    expect(await report()).toMatchObject({ at: '2026-12-01T03:09:41.000Z' });
    nodes.fromTheFuture(false);
    nodes.failing('disk full');
    expect(await report()).toMatchObject({ state: 'failing', text: 'disk full', keys: 'absent' });
    nodes.failing(null);
    nodes.malformed('{"version":');
    expect(await text()).toBe('{"version":');
    nodes.malformed(null);
    expect(await report()).toMatchObject({ state: 'syncing', keys: 'absent' });
  });

  test('that was stopped and started boots again, and goes on where it was', async () => {
    world.pass(521_000);
    expect(await report()).toMatchObject({ percent: 50 });
    for (const what of ['stop', 'start']) {
      await askCompute(world.compute, 'POST', `zones/${zoneA}/instances/bw-home-x1/${what}`);
      world.pass(60_000);
    }
    expect(await report()).toMatchObject({ state: 'starting' });
    world.pass(121_000);
    expect(await report()).toMatchObject({ state: 'syncing', percent: 60 });
  });

  test('says nothing new once the nodes are stopped', async () => {
    nodes.stop();
    world.pass(900_000);
    expect(await text()).toBe(null);
  });
});
