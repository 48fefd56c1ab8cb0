// Snapshots of the pretend Compute Engine, and machines that begin with one: as strict as the real one where ours could be wrong.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askCompute, problemsOf, type Reply } from '../support/compute-api.ts';
import {
  drillOrder,
  pretendCompute,
  project,
  uuid,
  type World,
  zoneA,
  zoneB,
} from '../support/pretend-compute.ts';

let world: World;
beforeEach(async () => {
  world = await pretendCompute();
  await world.running(drillOrder());
});
afterEach(async () => {
  await world.compute.close();
});
const ask = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  more?: Parameters<typeof askCompute>[3],
): Promise<Reply> => askCompute(world.compute, method, path, more);
const reasonOf = ({ status, body }: Reply): unknown => [status, Object(body).error?.errors?.[0]?.reason];
const messageOf = ({ body }: Reply): unknown => Object(body).error?.message;

const sourceDisk = `projects/${project}/zones/${zoneA}/disks/bw-drill-x1-chain`;
const keep = (body: object, query: Record<string, string> = {}): Promise<Reply> =>
  ask('POST', 'global/snapshots', { body, query });
const ready = async (name = 'warm'): Promise<void> => {
  expect((await keep({ name, sourceDisk })).status).toBe(200);
  world.pass(60_000);
};
const insert = (disks: readonly object[] | null, zone = zoneA): Promise<Reply> =>
  ask('POST', `zones/${zone}/instances`, {
    query: {
      sourceInstanceTemplate: `projects/${project}/regions/europe-west3/instanceTemplates/ethereum`,
    },
    body: { name: 'bw-warm', ...(disks === null ? {} : { disks }) },
  });
const boot = { boot: true, initializeParams: { sourceImage: 'projects/debian-cloud/global/images/x' } };
const chain = (initializeParams: object, more: object = {}): object => ({
  deviceName: 'chain',
  initializeParams: { diskSizeGb: '500', ...initializeParams },
  ...more,
});
const sourceSnapshot = `projects/${project}/global/snapshots/warm`;

describe('a snapshot', () => {
  test('is made by an operation of the project, and shows how far it is', async () => {
    const { body } = await keep(
      { name: 'warm', sourceDisk, labels: { mine: 'yes' } },
      { requestId: uuid(1) },
    );
    expect(body).toMatchObject({ operationType: 'insert', status: 'PENDING' });
    expect(body).not.toHaveProperty('zone');
    const path = `global/operations/${Object(body).name}`;
    const look = async (): Promise<unknown> => [
      Object((await ask('GET', path)).body).status,
      Object((await ask('GET', 'global/snapshots/warm')).body).status,
    ];
    expect(await look()).toEqual(['PENDING', undefined]);
    world.pass(2_000);
    expect(await look()).toEqual(['RUNNING', 'CREATING']);
    world.pass(25_000);
    expect(await look()).toEqual(['RUNNING', 'UPLOADING']);
    world.pass(20_000);
    expect(await look()).toEqual(['DONE', 'READY']);
    expect((await ask('GET', 'global/snapshots/warm')).body).toMatchObject({
      diskSizeGb: '500',
      storageBytes: String(500 * 1024 ** 3),
      labels: { mine: 'yes' },
      sourceDisk: expect.stringContaining('/disks/bw-drill-x1-chain'),
    });
    expect(problemsOf(world.compute)).toEqual([]);
  });

  test.each<[string, object, unknown]>([
    ['of a disk that is not there', { sourceDisk: `${sourceDisk}x` }, [404, 'notFound']],
    ['of a disk in another zone', { sourceDisk: sourceDisk.replace(zoneA, zoneB) }, [404, 'notFound']],
    ['of another project', { sourceDisk: sourceDisk.replace(project, 'p') }, [404, 'notFound']],
    ['of a disk by its name alone', { sourceDisk: 'bw-drill-x1-chain' }, [400, 'invalid']],
    ['of nothing', { sourceDisk: undefined }, [400, 'invalid']],
    ['with a name that is none', { name: 'Warm' }, [400, 'invalid']],
    ['with a label that is none', { labels: { mine: 'At 10:00' } }, [400, 'invalid']],
  ])('%s is refused', async (_what, change, reason) => {
    expect(reasonOf(await keep({ name: 'warm', sourceDisk, ...change }))).toEqual(reason);
  });

  test('has a name of its own, and one request makes one', async () => {
    const first = await keep({ name: 'warm', sourceDisk }, { requestId: uuid(1) });
    world.pass(60_000);
    const again = await keep({ name: 'warm', sourceDisk }, { requestId: uuid(1) });
    expect(Object(again.body).name).toBe(Object(first.body).name);
    expect(reasonOf(await keep({ name: 'warm', sourceDisk }))).toEqual([409, 'alreadyExists']);
    expect(reasonOf(await keep({ name: 'other', sourceDisk }, { requestId: uuid(1) }))).toEqual([
      400,
      'invalid',
    ]);
  });

  test('that goes wrong stays as it is, is no beginning, and can be deleted', async () => {
    world.compute.faults.failSnapshots(1, 'INTERNAL_ERROR');
    await ready();
    expect(world.compute.snapshots()).toMatchObject([{ status: 'FAILED' }]);
    expect(reasonOf(await insert([boot, chain({ sourceSnapshot })]))).toEqual([400, 'resourceNotReady']);
    await ask('DELETE', 'global/snapshots/warm');
    world.pass(2_000);
    expect(world.compute.snapshots()).toMatchObject([{ status: 'DELETING' }]);
    world.pass(60_000);
    await ready();
    expect(world.compute.snapshots()).toMatchObject([{ status: 'READY' }]);
  });
});

describe('disks in the body of an insert', () => {
  test("take the place of the template's, and one of them begins with the snapshot", async () => {
    await ready();
    expect((await insert([boot, chain({ sourceSnapshot })])).status).toBe(200);
    world.pass(60_000);
    expect(
      world.compute
        .disks()
        .filter(({ user }) => user === 'bw-warm')
        .map(({ name, snapshot }) => [name, snapshot]),
    ).toEqual([
      ['bw-warm', null],
      ['bw-warm-chain', 'warm'],
    ]);
  });

  test.each<[string, object, RegExp]>([
    ['a snapshot that is not there', { sourceSnapshot: `${sourceSnapshot}er` }, /cannot be found/],
    ['a snapshot by its name alone', { sourceSnapshot: 'warm' }, /URL is malformed/],
    ['a type by its name alone', { sourceSnapshot, diskType: 'pd-ssd' }, /diskType.*URL is malformed/],
    ['less room than it takes', { sourceSnapshot, diskSizeGb: '499' }, /smaller than the snapshot size/],
    ['an image as well', { sourceSnapshot, sourceImage: 'projects/p/global/images/i' }, /Cannot specify/],
  ])('with %s are refused, and nothing is made', async (_what, params, message) => {
    await ready();
    const reply = await insert([boot, chain(params)]);
    expect(reasonOf(reply)).toEqual([400, 'invalid']);
    expect(messageOf(reply)).toMatch(message);
    world.pass(60_000);
    expect(world.compute.instances()).toHaveLength(1);
  });

  test('with a disk that is there and one that is to be made at once are refused', async () => {
    await ready();
    const reply = await insert([boot, chain({ sourceSnapshot }, { source: sourceDisk })]);
    expect(messageOf(reply)).toMatch(/both 'source' and 'initializeParams'/);
  });

  test('with a snapshot need the permission to use it, and without one nobody asks for it', async () => {
    await ready();
    world.compute.faults.deny('compute.snapshots.useReadOnly');
    expect(reasonOf(await insert([boot, chain({ sourceSnapshot })]))).toEqual([403, 'forbidden']);
    expect((await insert(null)).status).toBe(200);
  });
});

describe('what is shown', () => {
  test('of a machine names its disks by the device, and says when its time is over', async () => {
    const { body } = await ask('GET', `zones/${zoneA}/instances/bw-drill-x1`);
    expect(body).toMatchObject({
      disks: [
        { deviceName: 'boot', boot: true, type: 'PERSISTENT' },
        { deviceName: 'chain', source: expect.stringMatching(/\/disks\/bw-drill-x1-chain$/) },
      ],
      scheduling: { maxRunDuration: { seconds: '86400' }, instanceTerminationAction: 'DELETE' },
      resourceStatus: { scheduling: { terminationTimestamp: expect.any(String) } },
    });
    world.pass(23 * 3_600_000);
    expect(world.compute.instances()).toHaveLength(1);
    world.pass(3_600_000);
    expect(world.compute.instances()).toEqual([]);
    expect(world.compute.disks()).toEqual([]);
  });

  test('of a local SSD has no disk behind it', async () => {
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'fast',
      properties: { machineType: 'n2-standard-4', disks: [{ boot: true }, { type: 'SCRATCH' }] },
    });
    await world.running({ name: 'bw-fast', template: 'fast', requestId: uuid(7) });
    const { body } = await ask('GET', `zones/${zoneA}/instances/bw-fast`);
    const [, ssd] = Object(body).disks;
    expect(ssd).toMatchObject({ type: 'SCRATCH', deviceName: 'persistent-disk-1' });
    expect(ssd).not.toHaveProperty('source');
    expect(world.compute.disks().filter(({ user }) => user === 'bw-fast')).toHaveLength(1);
  });

  test('of a template is its disks, with what Compute adds', async () => {
    const { body } = await ask('GET', 'regions/europe-west3/instanceTemplates/ethereum');
    expect(Object(body).properties.disks).toMatchObject([
      { kind: 'compute#attachedDisk', index: 0, deviceName: 'boot', boot: true },
      {
        kind: 'compute#attachedDisk',
        index: 1,
        deviceName: 'chain',
        initializeParams: { diskType: 'pd-ssd', diskSizeGb: '500' },
      },
    ]);
    expect(await ask('GET', 'regions/europe-west4/instanceTemplates/drill')).toMatchObject({ status: 404 });
  });
});
