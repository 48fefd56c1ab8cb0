// Snapshots through the Compute door: made of a drill's disk and of nothing else, listed, begun with and deleted, and what goes wrong on the way.
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComputeAnswer, ComputeFailure } from '../../functions/cloud/cloud.ts';
import { openCompute } from '../../functions/cloud/compute.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { askCompute, problemsOf } from '../support/compute-api.ts';
import {
  began,
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
import { listen, type Listening } from '../support/server.ts';

let world: World;
let servers: Listening[] = [];
beforeEach(async () => {
  world = await pretendCompute();
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  const problems = problemsOf(world.compute);
  await world.compute.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

function failureOf(answer: ComputeAnswer<unknown>): ComputeFailure {
  if (answer.ok) throw new Error(`it was done: ${JSON.stringify(answer.value)}`);
  return answer.failure;
}
const changes = () => world.compute.requests().filter(({ method }) => method !== 'GET');
const postsTo = (end: string) => changes().filter(({ path }) => path.endsWith(end));
/** A drill's node, and a snapshot of its disk that is ready. */
async function kept(): Promise<string> {
  await world.running(drillOrder());
  valueOf(await world.door.save(snapshotOrder(), world.signal));
  world.pass(60_000);
  return snapshotOrder().snapshot;
}
const warm = (snapshot: string, more = {}) =>
  order({ name: 'bw-warm', requestId: uuid(2), snapshot, ...more });

describe('a disk that is kept', () => {
  test('is the data disk of the node, with our name and labels, and nothing else is said', async () => {
    await kept();
    expect(postsTo('/snapshots')).toMatchObject([
      {
        method: 'POST',
        path: `/compute/v1/projects/${project}/global/snapshots`,
        query: { requestId: uuid(60) },
      },
    ]);
    expect(postsTo('/snapshots')[0]?.body).toEqual({
      name: 'bw-ethereum-1',
      sourceDisk: `projects/${project}/zones/${zoneA}/disks/bw-drill-x1-chain`,
      labels: snapshotOrder().labels,
    });
    expect(world.compute.snapshots()).toMatchObject([
      { name: 'bw-ethereum-1', status: 'READY', labels: snapshotOrder().labels },
    ]);
  });

  test('is found by its device name, whatever the disk is called and wherever it stands', async () => {
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'odd',
      properties: {
        machineType: 'e2-small',
        disks: [
          { boot: true, deviceName: 'root' },
          { deviceName: 'cache', type: 'SCRATCH' },
          { deviceName: 'chain', initializeParams: { diskName: 'somehow', diskSizeGb: '30' } },
          { deviceName: 'other' },
        ],
      },
    });
    await world.running(drillOrder({ template: 'odd' }));
    valueOf(await world.door.save(snapshotOrder(), world.signal));
    expect(Object(postsTo('/snapshots')[0]?.body).sourceDisk).toMatch(/\/disks\/somehow$/);
  });

  test('is accepted at once and done later; the same request again is the same operation', async () => {
    const { door, signal, pass } = world;
    await world.running(drillOrder());
    const first = valueOf(await door.save(snapshotOrder(), signal));
    const state = async () => valueOf(await door.globalOperation(first.operation, signal));
    const status = async () =>
      valueOf(await door.snapshots('bw', signal)).snapshots.map((each) => [each.status, each.gib]);
    expect([await state(), await status()]).toEqual([{ state: 'unfinished' }, []]);
    expect(valueOf(await door.save(snapshotOrder(), signal))).toEqual(first);
    pass(5_000);
    expect([await state(), await status()]).toEqual([{ state: 'unfinished' }, [['CREATING', null]]]);
    pass(25_000);
    expect([await state(), await status()]).toEqual([{ state: 'unfinished' }, [['UPLOADING', null]]]);
    pass(25_000);
    expect([await state(), await status()]).toEqual([{ state: 'done' }, [['READY', 500]]]);
    expect(valueOf(await door.save(snapshotOrder(), signal))).toEqual(first);
    expect(world.compute.snapshots()).toHaveLength(1);
  });

  test('can end in an error, which its operation tells, and is never ready then', async () => {
    const { door, signal, pass } = world;
    await world.running(drillOrder());
    world.compute.faults.failSnapshots(1, 'INTERNAL_ERROR', 'it went wrong');
    const { operation } = valueOf(await door.save(snapshotOrder(), signal));
    pass(60_000);
    expect(valueOf(await door.globalOperation(operation, signal))).toEqual({
      state: 'failed',
      code: 'INTERNAL_ERROR',
      text: 'it went wrong',
    });
    expect(valueOf(await door.snapshots('bw', signal)).snapshots).toMatchObject([
      { status: 'FAILED', gib: null },
    ]);
  });

  test('whose answer is lost may have been kept or not, and says so', async () => {
    const { door, signal, compute, pass } = world;
    await world.running(drillOrder());
    for (const [when, count] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      compute.faults.loseAnswers(1, when);
      expect(failureOf(await door.save(snapshotOrder(), signal)), when).toMatchObject({
        isLost: true,
        status: null,
      });
      pass(60_000);
      expect(compute.snapshots(), when).toHaveLength(count);
    }
  });

  test('under a name that is taken is refused as such', async () => {
    await kept();
    const again = snapshotOrder({ requestId: uuid(61) });
    expect(failureOf(await world.door.save(again, world.signal))).toMatchObject({
      code: 'alreadyExists',
      status: 409,
      isLost: false,
    });
  });

  test.each(['compute.disks.createSnapshot', 'compute.snapshots.create', 'compute.instances.get'])(
    'without the permission %s is refused, and names it',
    async (permission) => {
      await world.running(drillOrder());
      world.compute.faults.deny(permission);
      expect(failureOf(await world.door.save(snapshotOrder(), world.signal))).toMatchObject({
        permission,
        isLost: false,
      });
      expect(world.compute.snapshots()).toEqual([]);
    },
  );

  test('of a node that is not there is none', async () => {
    expect(failureOf(await world.door.save(snapshotOrder(), world.signal))).toMatchObject({
      code: 'notFound',
      status: 404,
    });
    expect(changes()).toEqual([]);
  });

  test.each<[string, Parameters<World['compute']['alter']>[1]]>([
    [
      'has no data disk',
      ({ disks }) => {
        disks.splice(1);
      },
    ],
    [
      'has it under another device name',
      ({ disks }) => {
        for (const disk of disks) disk.deviceName = 'chains';
      },
    ],
    [
      'boots from the one of that name',
      ({ disks }) => {
        const [boot, data] = disks;
        if (boot !== undefined && data !== undefined) {
          boot.deviceName = 'chain';
          data.deviceName = 'data';
        }
      },
    ],
    [
      'has a local SSD in its place',
      ({ disks }) => {
        disks.splice(1, 1, {
          name: 'ssd',
          deviceName: 'chain',
          type: 'SCRATCH',
          boot: false,
          autoDelete: true,
        });
      },
    ],
  ])('is none where the node %s; nothing is asked for', async (_what, change) => {
    await world.running(drillOrder());
    world.compute.alter('bw-drill-x1', change);
    const before = changes().length;
    const failure = failureOf(await world.door.save(snapshotOrder(), world.signal));
    expect(failure).toMatchObject({ code: 'NO_DATA_DISK', status: null, isLost: false, permission: null });
    expect(failure.text).toMatch(/device name chain.*correct its instance template/);
    expect(changes()).toHaveLength(before);
  });

  test.each<[string, Parameters<World['compute']['alter']>[1]]>([
    [
      'of no drill',
      (instance) => {
        instance.labels = order().labels;
      },
    ],
    [
      'that somebody holds',
      (instance) => {
        instance.labels = { ...instance.labels, 'watchdog-hold': 'anna' };
      },
    ],
    [
      'that is protected',
      (instance) => {
        instance.isProtected = true;
      },
    ],
  ])('is never one of a node %s', async (_what, change) => {
    await world.running(drillOrder());
    world.compute.alter('bw-drill-x1', change);
    const before = changes().length;
    const failure = failureOf(await world.door.save(snapshotOrder(), world.signal));
    expect(failure).toMatchObject({ code: 'NOT_A_DRILL', status: null, isLost: false });
    expect(changes()).toHaveLength(before);
    expect(world.compute.snapshots()).toEqual([]);
  });
});

describe('the list of snapshots', () => {
  const names = async (prefix = 'bw'): Promise<string[]> =>
    valueOf(await world.door.snapshots(prefix, world.signal)).snapshots.map(({ name }) => name);
  const plant = async (name: string, labels: object): Promise<void> => {
    const path = `zones/${zoneA}/disks/bw-drill-x1-chain/createSnapshot`;
    expect((await askCompute(world.compute, 'POST', path, { body: { name, labels } })).status).toBe(200);
  };

  test('shows what there is to know, and what is paid for rather than the size of the disk', async () => {
    startNodes(world.compute, { clock: world.clock, bootMs: 1_000, syncMs: 1_000 });
    await world.running(drillOrder());
    expect(valueOf(await world.door.report(drillOrder(), world.signal))).toContain('"usedGib":300');
    valueOf(await world.door.save(snapshotOrder(), world.signal));
    world.pass(60_000);
    expect(valueOf(await world.door.snapshots('bw', world.signal))).toEqual({
      snapshots: [
        {
          name: 'bw-ethereum-1',
          status: 'READY',
          createdAt: began + 60_000,
          gib: 300,
          labels: snapshotOrder().labels,
        },
      ],
      isWhole: true,
    });
  });

  test('asks for our label, and has nothing of another watchdog or of a person', async () => {
    await kept();
    await plant('theirs', { 'basement-watchdog': 'cc' });
    await plant('bw-of-a-person', {});
    world.pass(60_000);
    const asked = world.compute.requests().length;
    expect(await names()).toEqual(['bw-ethereum-1']);
    expect(await names('cc')).toEqual(['theirs']);
    expect(await names('b')).toEqual([]);
    expect(world.compute.requests()[asked]?.query['filter']).toBe('labels.basement-watchdog=bw');
  });

  test('has all pages', async () => {
    await world.running(drillOrder());
    for (let n = 0; n < 450; n++) await plant(`bw-n${n}`, { 'basement-watchdog': 'bw' });
    world.pass(60_000);
    const asked = world.compute.requests().length;
    const { snapshots, isWhole } = valueOf(await world.door.snapshots('bw', world.signal));
    expect(new Set(snapshots.map(({ name }) => name)).size).toBe(450);
    expect(isWhole).toBe(true);
    expect(world.compute.requests().slice(asked)).toHaveLength(3);
  });

  test('that leaves something out is not whole', async () => {
    await kept();
    world.compute.faults.hideSnapshots(true);
    expect(valueOf(await world.door.snapshots('bw', world.signal))).toEqual({
      snapshots: [],
      isWhole: false,
    });
    world.compute.faults.hideSnapshots(false);
    expect(await names()).toEqual(['bw-ethereum-1']);
  });

  test('that is refused, or loses its answer at any page, is no list', async () => {
    world.compute.faults.loseAnswers(1, 'after', 'all');
    expect(failureOf(await world.door.snapshots('bw', world.signal))).toMatchObject({ isLost: true });
    world.compute.faults.unavailable(1);
    expect(failureOf(await world.door.snapshots('bw', world.signal))).toMatchObject({ status: 503 });
    world.compute.faults.deny('compute.snapshots.list');
    expect(failureOf(await world.door.snapshots('bw', world.signal))).toMatchObject({
      permission: 'compute.snapshots.list',
    });
  });
});

describe('a snapshot that is deleted', () => {
  test('is gone once its operation is done; the same request again is the same operation', async () => {
    const { door, signal, pass } = world;
    const name = await kept();
    const first = valueOf(await door.dropSnapshot({ name, requestId: uuid(3) }, signal));
    expect(valueOf(await door.dropSnapshot({ name, requestId: uuid(3) }, signal))).toEqual(first);
    pass(60_000);
    expect(valueOf(await door.globalOperation(first.operation, signal))).toEqual({ state: 'done' });
    expect(valueOf(await door.snapshots('bw', signal)).snapshots).toEqual([]);
    expect(failureOf(await door.dropSnapshot({ name, requestId: uuid(4) }, signal))).toMatchObject({
      status: 404,
      code: 'notFound',
    });
  });

  test('can be lost, refused or forbidden', async () => {
    const { door, signal, compute, pass } = world;
    const name = await kept();
    const drop = () => door.dropSnapshot({ name, requestId: uuid(3) }, signal);
    compute.faults.unavailable(1);
    expect(failureOf(await drop())).toMatchObject({ status: 503, isLost: true });
    compute.faults.deny('compute.snapshots.delete');
    expect(failureOf(await drop())).toMatchObject({ permission: 'compute.snapshots.delete' });
    compute.faults.clear();
    for (const [when, count] of [
      ['before', 1],
      ['after', 0],
    ] as const) {
      compute.faults.loseAnswers(1, when);
      expect(failureOf(await drop()), when).toMatchObject({ isLost: true, status: null });
      pass(60_000);
      expect(compute.snapshots(), when).toHaveLength(count);
    }
  });
});

describe('an operation of the project', () => {
  test('that nobody knows is unknown, and one that cannot be asked for is no answer', async () => {
    const { door, signal } = world;
    expect(valueOf(await door.globalOperation('operation-1', signal))).toEqual({ state: 'unknown' });
    const { operation } = valueOf(await door.insert(order(), signal));
    // That of a zone is none of the project.
    expect(valueOf(await door.globalOperation(operation, signal))).toEqual({ state: 'unknown' });
    world.compute.faults.unavailable(1);
    expect(failureOf(await door.globalOperation('operation-1', signal))).toMatchObject({ status: 503 });
  });
});

describe('a node that begins with a snapshot', () => {
  const body = () => Object(postsTo('/instances').at(-1)?.body);

  test("is sent the template's own disks, of which the data disk begins with it", async () => {
    const snapshot = await kept();
    valueOf(await world.door.insert(warm(snapshot), world.signal));
    world.pass(60_000);
    expect(Object.keys(body()).toSorted()).toEqual(['disks', 'labels', 'name']);
    expect(body().disks).toEqual([
      {
        boot: true,
        autoDelete: true,
        deviceName: 'boot',
        mode: 'READ_WRITE',
        type: 'PERSISTENT',
        initializeParams: {
          diskSizeGb: '20',
          diskType: `projects/${project}/zones/${zoneA}/diskTypes/pd-balanced`,
          sourceImage: 'projects/debian-cloud/global/images/family/debian-13',
          labels: {},
          resourceManagerTags: {},
        },
      },
      {
        boot: false,
        autoDelete: true,
        deviceName: 'chain',
        mode: 'READ_WRITE',
        type: 'PERSISTENT',
        initializeParams: {
          diskSizeGb: '500',
          diskType: `projects/${project}/zones/${zoneA}/diskTypes/pd-ssd`,
          sourceSnapshot: `projects/${project}/global/snapshots/${snapshot}`,
          labels: {},
          resourceManagerTags: {},
        },
      },
    ]);
    expect(
      world.compute
        .disks()
        .filter(({ user }) => user === 'bw-warm')
        .map(({ name, gib, type, snapshot: from }) => [name, gib, type, from]),
    ).toEqual([
      ['bw-warm', 20, 'pd-balanced', null],
      ['bw-warm-chain', 500, 'pd-ssd', snapshot],
    ]);
    expect(valueOf(await world.door.list('bw', world.signal)).nodes).toMatchObject([
      {},
      { name: 'bw-warm', status: 'RUNNING', hasFuse: false },
    ]);
  });

  test('without one reads no template, and sends no disks', async () => {
    valueOf(await world.door.insert(order(), world.signal));
    expect(world.compute.requests()).toHaveLength(1);
    expect(Object.keys(body()).toSorted()).toEqual(['labels', 'name']);
  });

  test('takes along what else the template says of its disks, and drops what would begin them otherwise', async () => {
    const snapshot = await kept();
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'rich',
      properties: {
        machineType: 'e2-small',
        disks: [
          { boot: true, autoDelete: true, guestOsFeatures: [{ type: 'GVNIC' }] },
          {
            deviceName: 'chain',
            autoDelete: false,
            interface: 'NVME',
            diskEncryptionKey: { kmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' },
            initializeParams: {
              diskSizeGb: '600',
              diskType: 'hyperdisk-balanced',
              provisionedIops: '6000',
              sourceImage: 'projects/x/global/images/y',
              labels: { mine: 'yes' },
            },
          },
          { deviceName: 'cache', type: 'SCRATCH', interface: 'NVME' },
        ],
      },
    });
    valueOf(await world.door.insert(warm(snapshot, { template: 'rich' }), world.signal));
    expect(body().disks).toMatchObject([
      { boot: true, guestOsFeatures: [{ type: 'GVNIC' }] },
      {
        deviceName: 'chain',
        autoDelete: false,
        interface: 'NVME',
        diskEncryptionKey: { kmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' },
        initializeParams: {
          diskSizeGb: '600',
          diskType: `projects/${project}/zones/${zoneA}/diskTypes/hyperdisk-balanced`,
          provisionedIops: '6000',
          labels: { mine: 'yes' },
          sourceSnapshot: `projects/${project}/global/snapshots/${snapshot}`,
        },
      },
      { deviceName: 'cache', type: 'SCRATCH' },
    ]);
    expect(body().disks[1].initializeParams).not.toHaveProperty('sourceImage');
    expect(body().disks[2].initializeParams ?? {}).not.toHaveProperty('sourceSnapshot');
  });

  test.each([
    ['none of that device name', [{ boot: true, deviceName: 'boot' }, { deviceName: 'data' }]],
    ['no disks at all', []],
    ['a local SSD of that name', [{ boot: true }, { deviceName: 'chain', type: 'SCRATCH' as const }]],
    ['a boot disk of that name', [{ boot: true, deviceName: 'chain' }]],
  ])('has no place in a template with %s; nothing is asked for', async (_what, disks) => {
    const snapshot = await kept();
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'bare',
      properties: { machineType: 'e2-small', disks },
    });
    const before = changes().length;
    const failure = failureOf(await world.door.insert(warm(snapshot, { template: 'bare' }), world.signal));
    expect(failure).toMatchObject({ code: 'NO_DATA_DISK', status: null, isLost: false, permission: null });
    expect(failure.text).toMatch(/template makes no disk with the device name chain/);
    expect(changes()).toHaveLength(before);
  });

  test.each<[string, Partial<ComputeFailure>, (snapshot: string) => Promise<string> | string]>([
    ['that is not there', { code: 'invalid', status: 400, isLost: false }, () => 'bw-other'],
    [
      'that is not ready',
      { code: 'resourceNotReady', status: 400, isLost: false },
      async () => {
        const again = snapshotOrder({ snapshot: 'bw-young', requestId: uuid(61) });
        valueOf(await world.door.save(again, world.signal));
        world.pass(5_000);
        return 'bw-young';
      },
    ],
    [
      'that it may not use',
      { code: 'forbidden', status: 403, permission: 'compute.snapshots.useReadOnly' },
      (snapshot) => {
        world.compute.faults.deny('compute.snapshots.useReadOnly');
        return snapshot;
      },
    ],
  ])('%s is refused', async (_what, wanted, given) => {
    const snapshot = await given(await kept());
    const failure = failureOf(await world.door.insert(warm(snapshot), world.signal));
    expect(failure).toMatchObject(wanted);
    expect(world.compute.instances().map(({ name }) => name)).toEqual(['bw-drill-x1']);
  });

  test('on a disk that is too small for it is refused', async () => {
    const snapshot = await kept();
    world.compute.addTemplate({
      region: 'europe-west3',
      name: 'small',
      properties: {
        machineType: 'e2-small',
        disks: [{ boot: true }, { deviceName: 'chain', initializeParams: { diskSizeGb: '499' } }],
      },
    });
    const failure = failureOf(await world.door.insert(warm(snapshot, { template: 'small' }), world.signal));
    expect(failure).toMatchObject({ code: 'invalid', status: 400 });
    expect(failure.text).toMatch(/cannot be smaller than the snapshot size \(500 GB\)/);
  });

  test('from a template that is not there, or cannot be read now, is not asked for', async () => {
    const { door, signal, compute } = world;
    const snapshot = await kept();
    const before = changes().length;
    expect(failureOf(await door.insert(warm(snapshot, { template: 'nothing' }), signal))).toMatchObject({
      code: 'notFound',
      status: 404,
      isLost: false,
    });
    compute.faults.unavailable(1);
    expect(failureOf(await door.insert(warm(snapshot), signal))).toMatchObject({
      status: 503,
      isLost: false,
    });
    compute.faults.deny('compute.instanceTemplates.get');
    expect(failureOf(await door.insert(warm(snapshot), signal))).toMatchObject({
      permission: 'compute.instanceTemplates.get',
    });
    compute.faults.clear();
    compute.faults.loseAnswers(1, 'after', 'all');
    expect(failureOf(await door.insert(warm(snapshot), signal))).toMatchObject({ status: null });
    expect(changes()).toHaveLength(before);
  });

  test('whose answer is lost may be there, and the same request again finds it', async () => {
    const { door, signal, compute, pass } = world;
    const snapshot = await kept();
    compute.faults.loseAnswers(1, 'after');
    expect(failureOf(await door.insert(warm(snapshot), signal))).toMatchObject({ isLost: true });
    pass(60_000);
    const { operation } = valueOf(await door.insert(warm(snapshot), signal));
    expect(valueOf(await door.operation(zoneA, operation, signal))).toEqual({ state: 'done' });
    expect(compute.instances()).toHaveLength(2);
  });
});

test('a name that leads elsewhere never leaves', async () => {
  const { door, signal } = world;
  for (const bad of ['../../other', 'a/b', '', 'A', 'x?y=z', 'x'.repeat(64)]) {
    for (const answer of [
      await door.save(snapshotOrder({ zone: bad }), signal),
      await door.save(snapshotOrder({ name: bad }), signal),
      await door.save(snapshotOrder({ snapshot: bad }), signal),
      await door.globalOperation(bad, signal),
      await door.dropSnapshot({ name: bad, requestId: uuid(1) }, signal),
      await door.insert(warm(bad), signal),
      await door.insert(warm('bw-s', { name: bad }), signal),
      await door.insert(warm('bw-s', { region: bad }), signal),
      await door.insert(warm('bw-s', { template: bad }), signal),
    ]) {
      expect(failureOf(answer), bad).toMatchObject({ code: 'NOT_OURS', isLost: false });
    }
  }
  expect(world.compute.requests()).toEqual([]);
});

describe('a server that is no Compute', () => {
  const heard: string[] = [];
  type Said = {
    readonly get: object;
    readonly post?: string;
    readonly status?: number;
    readonly ends?: boolean;
  };
  /** Answers reads with one thing and changes with another. */
  async function doorTo({ get, post = '', status = 200, ends = true }: Said) {
    heard.length = 0;
    const server = await listen(
      createServer((request, response) => {
        let sent = '';
        request.setEncoding('utf8').on('data', (chunk: string) => {
          sent += chunk;
        });
        request.on('end', () => {
          if (request.method === 'GET') {
            response.end(JSON.stringify(get));
            return;
          }
          heard.push(sent);
          if (ends) response.writeHead(status).end(post);
          else request.socket.resetAndDestroy();
        });
      }),
    );
    servers.push(server);
    const door = openCompute({ project, endpoint: `http://${server.address}`, timeoutMs: 2_000 });
    return { door, server };
  }
  const data = {
    deviceName: 'chain',
    source: `https://www.googleapis.com/compute/v1/projects/${project}/zones/${zoneA}/disks/d`,
  };
  const machine = (disks: unknown, more: object = {}): object => ({
    kind: 'compute#instance',
    id: '1',
    name: snapshotOrder().name,
    status: 'RUNNING',
    labels: { 'watchdog-drill': 'd' },
    disks,
    ...more,
  });
  const template = (disks: unknown, more: object = {}): object => ({
    kind: 'compute#instanceTemplate',
    name: 'ethereum',
    properties: { disks },
    ...more,
  });
  const { signal } = new AbortController();

  test.each<[string, Omit<Said, 'get'>, Partial<ComputeFailure>]>([
    ['breaks off', { ends: false }, { isLost: true, status: null }],
    ['says 502', { status: 502, post: '<html>' }, { code: 'HTTP_502', isLost: true }],
    ['says 400', { status: 400, post: '<html>' }, { code: 'HTTP_400', isLost: false }],
    ['says nothing', { post: '{}' }, { code: 'MALFORMED', isLost: true }],
    [
      'answers something else',
      { post: '{"kind":"compute#snapshot","name":"operation-1"}' },
      { code: 'MALFORMED', isLost: true },
    ],
  ])('and %s to the change itself leaves open what was done', async (_what, said, wanted) => {
    const saving = await doorTo({ get: machine([data]), ...said });
    expect(failureOf(await saving.door.save(snapshotOrder(), signal))).toMatchObject(wanted);
    expect(heard).toHaveLength(1);
    const beginning = await doorTo({ get: template([{ deviceName: 'chain' }]), ...said });
    expect(failureOf(await beginning.door.insert(warm('bw-s'), signal))).toMatchObject(wanted);
    expect(heard).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ['of another name', machine([data], { name: 'other' }), 'MALFORMED'],
    ['that is no machine', machine([data], { kind: 'compute#disk' }), 'MALFORMED'],
    ['without a disk', machine(undefined), 'NO_DATA_DISK'],
    ['with a disk in another zone', machine([{ ...data, source: 'x/zones/z-b/disks/d' }]), 'NO_DATA_DISK'],
    ['with a disk of a region', machine([{ ...data, source: 'x/regions/r/disks/d' }]), 'NO_DATA_DISK'],
    [
      'with a disk whose name leads elsewhere',
      machine([{ ...data, source: `x/zones/${zoneA}/disks/..` }]),
      'NO_DATA_DISK',
    ],
    ['with a disk without a source', machine([{ deviceName: 'chain' }]), 'NO_DATA_DISK'],
    ['with a thousand disks', machine(Array.from({ length: 1_000 }, () => data)), 'MALFORMED'],
    ['with a name of no end', machine([{ ...data, deviceName: 'chain'.repeat(10_000) }]), 'MALFORMED'],
    ['of no drill', machine([data], { labels: {} }), 'NOT_A_DRILL'],
  ])('and shows a machine %s gets no order', async (_what, get, code) => {
    const { door } = await doorTo({ get });
    expect(failureOf(await door.save(snapshotOrder(), signal))).toMatchObject({ code });
    expect(heard).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['of another name', template([{ deviceName: 'chain' }], { name: 'other' }), 'MALFORMED'],
    ['that is none', template([{ deviceName: 'chain' }], { kind: 'compute#instance' }), 'MALFORMED'],
    ['without properties', template([], { properties: undefined }), 'MALFORMED'],
    ['that attaches a disk', template([{ deviceName: 'chain', source: 'somebodys' }]), 'NO_DATA_DISK'],
    [
      'with a thousand disks',
      template(Array.from({ length: 1_000 }, () => ({ deviceName: 'chain' }))),
      'MALFORMED',
    ],
  ])('and shows a template %s gets no order', async (_what, get, code) => {
    const { door } = await doorTo({ get });
    expect(failureOf(await door.insert(warm('bw-s'), signal))).toMatchObject({ code });
    expect(heard).toEqual([]);
  });

  test('and shows a policy or a type by its name gets its address, and one by its address the same', async () => {
    const given = (diskType: string, policy: string) => [
      { deviceName: 'chain', initializeParams: { diskType, resourcePolicies: [policy] } },
    ];
    const operation = '{"kind":"compute#operation","name":"operation-1"}';
    const type = `projects/${project}/zones/${zoneA}/diskTypes/pd-ssd`;
    const policy = `projects/${project}/regions/europe-west3/resourcePolicies/p`;
    for (const disks of [given('pd-ssd', 'p'), given(type, policy)]) {
      const { door } = await doorTo({ get: template(disks), post: operation });
      valueOf(await door.insert(warm('bw-s'), signal));
      expect(JSON.parse(heard[0] ?? '').disks[0].initializeParams).toMatchObject({
        diskType: type,
        resourcePolicies: [policy],
      });
    }
  });

  const page = (items: readonly unknown[], more: object = {}): object => ({
    kind: 'compute#snapshotList',
    items,
    ...more,
  });
  const ours = { name: 'bw-s', status: 'READY', labels: { 'basement-watchdog': 'bw' } };

  test.each<[string, object, unknown]>([
    ['a good one', page([ours]), [['bw-s'], true]],
    ['nothing', page([]), [[], true]],
    ['what the filter should have left out', page([{ ...ours, labels: {} }, ours]), [['bw-s'], true]],
    ['a name that is none', page([ours, { ...ours, name: 'BAD' }]), [['bw-s'], false]],
    ['a status with control characters', page([{ ...ours, status: 'REA\u001BDY' }]), [[], false]],
    ['a size that is none', page([{ ...ours, storageBytes: '-5' }]), [[], false]],
    ['a warning', page([ours], { warning: { code: 'UNREACHABLE' } }), [['bw-s'], false]],
    ['a harmless warning', page([ours], { warning: { code: 'NO_RESULTS_ON_PAGE' } }), [['bw-s'], true]],
    ['a list of something else', page([ours], { kind: 'compute#diskList' }), 'MALFORMED'],
    ['more than a page has', page(Array.from({ length: 501 }, () => ours)), 'MALFORMED'],
  ])('and lists %s is taken as far as it can be read', async (_what, get, wanted) => {
    const { door } = await doorTo({ get });
    const answer = await door.snapshots('bw', signal);
    expect(
      answer.ok
        ? [answer.value.snapshots.map(({ name }) => name), answer.value.isWhole]
        : answer.failure.code,
    ).toEqual(wanted);
  });

  test('and lists without end is cut off, and is not whole', async () => {
    const { door, server } = await doorTo({ get: page([ours], { nextPageToken: 'again' }) });
    expect(await door.snapshots('bw', signal)).toMatchObject({ ok: true, value: { isWhole: false } });
    expect(server.accepted()).toBe(20);
  });

  test('and says no size or time has none', async () => {
    const { door } = await doorTo({ get: page([{ ...ours, creationTimestamp: 'yesterday' }]) });
    expect(valueOf(await door.snapshots('bw', signal)).snapshots).toMatchObject([
      { createdAt: null, gib: null },
    ]);
  });
});
