// What the watchdog can call of Compute Engine: exactly the list from which its role is made, and nothing else by any way.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openClients } from '../../functions/cloud/compute-clients.ts';
import { methodOf } from '../../functions/cloud/compute-methods.ts';
import { computeTransport } from '../../functions/cloud/compute-transport.ts';
import { computeMethods, computePermissions } from '../../functions/cloud/compute.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { routes } from '../../lab/compute/routes.ts';
import { problemsOf } from '../support/compute-api.ts';
import { openDiscovery } from '../support/discovery.ts';
import {
  drillOrder,
  order,
  pretendCompute,
  project,
  snapshotOrder,
  uuid,
  valueOf,
  type World,
  zoneA,
} from '../support/pretend-compute.ts';
import { lacks } from '../support/tools.ts';

const ours = Object.keys(computeMethods).toSorted();
const lower = (word: string): string => word.slice(0, 1).toLowerCase() + word.slice(1);
const functions = resolve(import.meta.dirname, '../../functions');

let world: World;
beforeEach(async () => {
  world = await pretendCompute();
});
afterEach(async () => {
  await world.compute.close();
});

/** Uses everything that the door has. */
async function everything({ door, signal, pass, running, clock, compute }: World): Promise<void> {
  startNodes(compute, { clock, bootMs: 1_000, syncMs: 1_000 });
  const placed = await running();
  const { operation } = valueOf(await door.insert(placed, signal));
  expect(valueOf(await door.operation(zoneA, operation, signal))).toEqual({ state: 'done' });
  expect(valueOf(await door.list('bw', signal)).nodes).toHaveLength(1);
  expect(valueOf(await door.node(placed, signal))).toMatchObject({ name: placed.name });
  expect(valueOf(await door.disks('bw', signal)).disks).toHaveLength(2);
  expect(valueOf(await door.report(placed, signal))).toContain('synced');
  expect(valueOf(await door.console({ ...placed, lines: 3 }, signal))).not.toEqual([]);
  valueOf(await door.remove({ ...placed, requestId: uuid(2) }, signal));
  const drill = await running(drillOrder());
  const saved = valueOf(await door.save(snapshotOrder(), signal));
  pass(60_000);
  expect(valueOf(await door.globalOperation(saved.operation, signal))).toEqual({ state: 'done' });
  const [snapshot] = valueOf(await door.snapshots('bw', signal)).snapshots;
  expect(snapshot).toMatchObject({ status: 'READY' });
  await running({ name: 'bw-warm', requestId: uuid(3), snapshot: snapshotOrder().snapshot });
  valueOf(await door.dropSnapshot({ name: snapshotOrder().snapshot, requestId: uuid(4) }, signal));
  valueOf(await door.remove({ ...drill, requestId: uuid(5) }, signal));
  pass(60_000);
}

describe('the permissions', () => {
  test('are the sorted union of what the methods need, each named once', () => {
    const all = Object.values(computeMethods).flatMap(({ permissions }): readonly string[] => permissions);
    expect(computePermissions).toEqual([...new Set(all)].toSorted());
    for (const permission of computePermissions) {
      expect(permission, permission).toMatch(/^(compute|iam)\.[a-zA-Z]+\.[a-zA-Z]+$/);
    }
  });

  test('let nobody clear a protection, start or stop a machine, or delete or change a disk', () => {
    const never =
      /setDeletionProtection|setScheduling|\.start$|\.stop$|\.reset$|\.update|attachDisk|disks\.(delete|update|resize|use)|resourcePolicies|images\.|setIamPolicy|osLogin/i;
    expect(computePermissions.filter((permission) => never.test(permission))).toEqual([]);
  });

  test('on snapshots are what a drill needs, and no more', () => {
    expect(computePermissions.filter((permission) => /snapshot/i.test(permission))).toEqual([
      'compute.disks.createSnapshot',
      'compute.snapshots.create',
      'compute.snapshots.delete',
      'compute.snapshots.list',
      'compute.snapshots.setLabels',
      'compute.snapshots.useReadOnly',
    ]);
  });

  test('of each method are those that the pretend Compute asks for, all of them', () => {
    const shape = (path: string): string =>
      path.replace('projects/{project}/', '').replaceAll(/\{\w+\}/g, '{}');
    for (const [id, { verb, path, permissions }] of Object.entries(computeMethods)) {
      const route = routes.find((each) => each.verb === verb && shape(each.path) === shape(path));
      const asked = [...(route?.needs ?? []), ...(route?.sometimes ?? [])];
      expect(asked.toSorted(), id).toEqual([...permissions].toSorted());
    }
  });

  test('are all that the pretend Compute asks for: each one that is withheld is missed by name', async () => {
    const missed = new Map<string, string>();
    await world.running(drillOrder());
    valueOf(await world.door.save(snapshotOrder(), world.signal));
    world.pass(60_000);
    for (const [n, permission] of computePermissions.entries()) {
      world.compute.faults.deny(permission);
      const { door, signal } = world;
      const place = { ...order(), lines: 1 };
      const answers = [
        await door.insert(
          order({ name: `bw-x${n}`, requestId: uuid(100 + n), snapshot: snapshotOrder().snapshot }),
          signal,
        ),
        await door.operation(zoneA, 'operation-1', signal),
        await door.list('bw', signal),
        await door.node(place, signal),
        await door.disks('bw', signal),
        await door.report(place, signal),
        await door.console(place, signal),
        await door.remove({ ...place, requestId: uuid(8) }, signal),
        await door.save(snapshotOrder({ snapshot: `bw-s${n}`, requestId: uuid(200 + n) }), signal),
        await door.globalOperation('operation-1', signal),
        await door.snapshots('bw', signal),
        await door.dropSnapshot({ name: 'bw-none', requestId: uuid(11) }, signal),
      ];
      const named = answers
        .flatMap((answer) => (answer.ok ? [] : [answer.failure.permission]))
        .filter(Boolean);
      missed.set(permission, [...new Set(named)].join(' ') || 'by nobody');
      world.compute.faults.deny(permission, false);
    }
    expect(Object.fromEntries(missed)).toEqual(
      Object.fromEntries(computePermissions.map((permission) => [permission, permission])),
    );
  });
});

describe('the calls', () => {
  test('of the whole door are exactly the methods on the list', async () => {
    await everything(world);
    const called = world.compute.requests().map(({ method, path }) => methodOf(method, path) ?? path);
    expect([...new Set(called)].toSorted()).toEqual(ours);
  });

  test('that are not on the list, or of another project, are refused before they leave', async () => {
    const { auth } = computeTransport({ project, endpoint: world.compute.endpoint });
    const machine = `${zoneA}/instances/bw-x`;
    const calls: readonly (readonly [string, string])[] = [
      [
        'POST',
        `/compute/v1/projects/${project}/zones/${machine}/setDeletionProtection?deletionProtection=false`,
      ],
      ['POST', `/compute/v1/projects/${project}/zones/${machine}/setScheduling`],
      ['POST', `/compute/v1/projects/${project}/zones/${machine}/start`],
      ['POST', `/compute/v1/projects/${project}/zones/${machine}/stop`],
      ['DELETE', `/compute/v1/projects/${project}/zones/${zoneA}/disks/bw-x`],
      ['PUT', `/compute/v1/projects/${project}/zones/${machine}`],
      ['POST', `/compute/v1/projects/other-project/zones/${zoneA}/instances`],
      ['POST', `/compute/v1/projects/${project}/zones/a%2fb/instances`],
      ['GET', `/compute/v1/projects/${project}/zones/${zoneA}/instances/../disks/bw-x`],
      ['POST', `/compute/v1/projects/${project}/global/snapshots/bw-s/setLabels`],
      ['POST', `/compute/v1/projects/${project}/global/snapshots/bw-s/setIamPolicy`],
      ['GET', `/compute/v1/projects/${project}/global/snapshots/bw-s`],
      ['POST', `/compute/v1/projects/${project}/zones/${zoneA}/disks/bw-x/createSnapshot`],
      ['POST', `/compute/v1/projects/${project}/global/images`],
      ['POST', `/compute/v1/projects/${project}/regions/europe-west3/instanceTemplates`],
      ['DELETE', `/compute/v1/projects/${project}/regions/europe-west3/instanceTemplates/ethereum`],
      ['POST', `/compute/beta/projects/${project}/zones/${zoneA}/instances`],
    ];
    const { signal } = world;
    for (const [method, path] of calls) {
      const call = auth.fetch(`${world.compute.endpoint}${path}`, { method, headers: new Headers(), signal });
      await expect(call, `${method} ${path}`).rejects.toMatchObject({ outcome: { kind: 'not-ours' } });
    }
    const elsewhere = auth.fetch(`http://127.0.0.1:1/compute/v1/projects/${project}/aggregated/instances`, {
      method: 'GET',
      headers: new Headers(),
      signal,
    });
    await expect(elsewhere).rejects.toMatchObject({ outcome: { kind: 'not-ours' } });
    expect(world.compute.requests()).toEqual([]);
  });

  test("of Google's client to other methods reach nobody, whoever should make them", async () => {
    const { instances } = await openClients(computeTransport({ project, endpoint: world.compute.endpoint }));
    const place = { project, zone: zoneA, instance: 'bw-x', resource: 'bw-x' };
    for (const name of ['start', 'stop', 'setDeletionProtection', 'setScheduling', 'update', 'bulkInsert']) {
      const method: unknown = Reflect.get(instances, name);
      if (typeof method !== 'function') throw new Error(`there is no ${name}`);
      const call: unknown = Reflect.apply(method, instances, [place, { retry: null, timeout: 1_000 }]);
      await expect(Promise.resolve(call), name).rejects.toThrow(/undefined/);
    }
    expect(world.compute.requests()).toEqual([]);
  });

  test('are all that is loaded of what Google describes', async () => {
    await openClients(computeTransport({ project, endpoint: world.compute.endpoint }));
    const loaded = createRequire(import.meta.url)('@google-cloud/compute/build/protos/protos.json');
    const { v1, ...others } = loaded.nested.google.nested.cloud.nested.compute.nested;
    expect(others).toEqual({});
    const methods = Object.entries<{ methods?: object }>(v1.nested).flatMap(
      ([service, { methods: its = {} }]) =>
        Object.keys(its).map((method) => `compute.${lower(service)}.${lower(method)}`),
    );
    expect(methods.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ours.toSorted((a, b) => a.localeCompare(b)),
    );
    expect(Object.keys(v1.nested).length).toBeLessThan(150);
  });

  test('can be made in one place only: no other file names the client or the address', () => {
    const files = readdirSync(functions, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const naming = (text: string): string[] =>
      files.filter((file) => readFileSync(join(functions, file), 'utf8').includes(text)).toSorted();
    expect(naming('@google-cloud/compute')).toEqual([
      'cloud/compute-client.d.ts',
      'cloud/compute-clients.ts',
    ]);
    expect(naming('compute.googleapis.com')).toEqual(['cloud/compute-transport.ts']);
    expect(files.length).toBeGreaterThan(100);
  });
});

describe.skipIf(lacks('discovery'))("Google's description of Compute", () => {
  test('has every method on the list, with its verb and its path', () => {
    const { methods } = openDiscovery();
    for (const [id, { verb, path }] of Object.entries(computeMethods)) {
      expect(methods.get(id), id).toEqual({ verb, path });
    }
  });

  test('has no other method that the transport lets through', () => {
    const { methods } = openDiscovery();
    const passing = [...methods].filter(([, { verb, path }]) => {
      const filled = path.replaceAll(/\{\+?\w+\}/g, 'name');
      return methodOf(verb, `/compute/v1/${filled}`) !== null;
    });
    expect(passing.map(([id]) => id).toSorted()).toEqual(ours);
    expect(methods.size).toBeGreaterThan(900);
  });

  test('allows every request that the door makes', async () => {
    await everything(world);
    expect(world.compute.requests().length).toBeGreaterThan(7);
    expect(problemsOf(world.compute)).toEqual([]);
  });

  test('is held against what is sent: a wrong word, type, name or place is found', () => {
    const { requestProblems } = openDiscovery();
    const path = `/compute/v1/projects/${project}/zones/${zoneA}/instances`;
    const good = { method: 'POST', path, query: { requestId: uuid(1) }, body: { name: 'bw-x' } };
    expect(requestProblems(good)).toEqual([]);
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ path: `${path}/bw-x/erase` }, /no such method/],
      [{ method: 'PATCH' }, /no such method/],
      [{ query: { returnPartialSuccess: 'true' } }, /returnPartialSuccess: is unknown/],
      [{ path: path.replace(zoneA, 'Zone_A') }, /zone: .*another form/],
      [{ body: {} }, /body\.name: is missing/],
      [{ body: { name: 'bw-x', labels: { a: 1 } } }, /labels\.a: is no string/],
      [{ body: { name: 'bw-x', nmae: 'x' } }, /nmae: is unknown/],
      [{ body: { name: 'Bw_x' } }, /name: .*another form/],
      [{ body: { name: 'bw-x', status: 'RUNNING' } }, /status: is only ever said/],
      [{ body: { name: 'bw-x', scheduling: { provisioningModel: 'CHEAP' } } }, /not one of its words/],
      [{ body: { name: 'bw-x', disks: [{ diskSizeGb: 10 }] } }, /diskSizeGb: is no string/],
      [{ body: { name: 'bw-x', disks: {} } }, /disks: is no array/],
      [{ body: null }, /is no object/],
    ];
    for (const [change, problem] of bad) {
      const problems = requestProblems({ ...good, ...change });
      expect(problems.join('; '), JSON.stringify(change)).toMatch(problem);
    }
  });
});
