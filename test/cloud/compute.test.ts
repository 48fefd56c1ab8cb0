// The Compute door against the pretend Compute Engine, over real sockets: what it does, what it shows, and how it says that it could not.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComputeAnswer, ComputeFailure } from '../../functions/cloud/cloud.ts';
import { openCompute } from '../../functions/cloud/compute.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { askCompute, problemsOf } from '../support/compute-api.ts';
import {
  began,
  order,
  pretendCompute,
  project,
  uuid,
  valueOf,
  type World,
  zoneA,
  zoneB,
} from '../support/pretend-compute.ts';

let world: World;
beforeEach(async () => {
  world = await pretendCompute();
});
afterEach(async () => {
  const problems = problemsOf(world.compute);
  await world.compute.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

function failureOf(answer: ComputeAnswer<unknown>): ComputeFailure {
  if (answer.ok) throw new Error(`it was done: ${JSON.stringify(answer.value)}`);
  return answer.failure;
}

describe('an insert', () => {
  test('sends a name and labels from a regional template, and nothing else', async () => {
    valueOf(await world.door.insert(order(), world.signal));
    expect(world.compute.requests()).toMatchObject([
      {
        method: 'POST',
        path: `/compute/v1/projects/${project}/zones/${zoneA}/instances`,
        query: {
          requestId: uuid(1),
          sourceInstanceTemplate: `projects/${project}/regions/europe-west3/instanceTemplates/ethereum`,
        },
        body: { name: 'bw-home-x1', labels: order().labels },
      },
    ]);
    expect(Object.keys(world.compute.requests()[0]?.body ?? {}).toSorted()).toEqual(['labels', 'name']);
    expect(Object.keys(world.compute.requests()[0]?.query ?? {})).toHaveLength(2);
  });

  test('is accepted at once and done later; the same request again is the same operation', async () => {
    const { door, signal, pass } = world;
    const first = valueOf(await door.insert(order(), signal));
    expect(valueOf(await door.operation(zoneA, first.operation, signal))).toEqual({ state: 'unfinished' });
    expect(valueOf(await door.insert(order(), signal))).toEqual(first);
    pass(60_000);
    expect(valueOf(await door.operation(zoneA, first.operation, signal))).toEqual({ state: 'done' });
    expect(valueOf(await door.insert(order(), signal))).toEqual(first);
    expect(world.compute.instances()).toHaveLength(1);
  });

  test('of a name that is there is refused as such', async () => {
    await world.running();
    const refused = failureOf(await world.door.insert(order({ requestId: uuid(2) }), world.signal));
    expect(refused).toEqual({
      code: 'alreadyExists',
      status: 409,
      isLost: false,
      permission: null,
      text: "The resource 'zones/europe-west3-a/instances/bw-home-x1' already exists",
    });
  });

  test('whose answer is lost may have been done or not, and says so', async () => {
    const { door, signal, compute, pass } = world;
    for (const [when, count] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      compute.faults.loseAnswers(1, when);
      const lost = failureOf(await door.insert(order(), signal));
      expect(lost, when).toMatchObject({ isLost: true, status: null, code: 'ECONNRESET' });
      pass(60_000);
      expect(compute.instances(), when).toHaveLength(count);
    }
  });

  test.each([
    ['stock-out', 'ZONE_RESOURCE_POOL_EXHAUSTED', (it: World) => it.compute.faults.stockOut(zoneA, true)],
    ['a quota', 'QUOTA_EXCEEDED', (it: World) => it.compute.faults.quota('europe-west3', 0, 'operation')],
    [
      'too many operations',
      'RESOURCE_OPERATION_RATE_EXCEEDED',
      (it: World) => it.compute.faults.failInserts(1, 'RESOURCE_OPERATION_RATE_EXCEEDED'),
    ],
  ])('that is accepted can end in %s, and leaves nothing', async (_what, code, breaks) => {
    const { door, signal, pass, compute } = world;
    breaks(world);
    const { operation } = valueOf(await door.insert(order(), signal));
    pass(2_000);
    expect(valueOf(await door.list('bw', signal)).nodes).toMatchObject([{ status: 'PROVISIONING' }]);
    pass(60_000);
    const state = valueOf(await door.operation(zoneA, operation, signal));
    expect(state).toMatchObject({ state: 'failed', code });
    expect(state).toMatchObject({ text: expect.stringMatching(/^.{10,200}$/) });
    expect(valueOf(await door.list('bw', signal))).toEqual({ nodes: [], isWhole: true });
    expect(compute.disks()).toEqual([]);
  });

  test.each<[string, Partial<ComputeFailure>, (it: World) => void]>([
    [
      'a quota',
      { code: 'quotaExceeded', status: 403, isLost: false, permission: null },
      (it) => it.compute.faults.quota('europe-west3', 0),
    ],
    [
      'a stock-out, of which the details tell',
      { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', status: 503, isLost: true },
      (it) => it.compute.faults.stockOut(zoneA, true, 'answer'),
    ],
    [
      'too many requests',
      { code: 'rateLimitExceeded', status: 403, isLost: false, permission: null },
      (it) => it.compute.faults.rateLimit(1),
    ],
    [
      'a bad moment',
      { code: 'backendError', status: 503, isLost: true },
      (it) => it.compute.faults.unavailable(1),
    ],
    ['no token', { code: 'required', status: 401, isLost: false }, (it) => it.compute.faults.signOut(true)],
    [
      'a permission',
      { code: 'forbidden', status: 403, isLost: false, permission: 'compute.subnetworks.use' },
      (it) => it.compute.faults.deny('compute.subnetworks.use'),
    ],
    [
      'an account that it may not use',
      { status: 400, isLost: false, permission: 'iam.serviceAccounts.actAs' },
      (it) => it.compute.faults.deny('iam.serviceAccounts.actAs'),
    ],
  ])('can be refused at once for %s', async (_what, wanted, breaks) => {
    breaks(world);
    const refused = failureOf(await world.door.insert(order(), world.signal));
    expect(refused).toMatchObject(wanted);
    expect(refused.text).not.toMatch(/projects\/|@|https?:/);
    expect(world.compute.instances()).toEqual([]);
  });

  test('from a template that is not there is refused, and so is one in a zone that is not there', async () => {
    const { door, signal } = world;
    expect(failureOf(await door.insert(order({ template: 'nothing' }), signal))).toMatchObject({
      code: 'notFound',
      status: 404,
    });
    expect(failureOf(await door.insert(order({ zone: 'europe-west3-z' }), signal))).toMatchObject({
      status: 400,
    });
    expect(failureOf(await door.insert(order({ region: 'europe-west4' }), signal))).toMatchObject({
      status: 400,
    });
  });

  test('of a name that leads elsewhere never leaves', async () => {
    const { door, signal } = world;
    for (const bad of ['../../other', 'a/b', '', 'A', 'x?y=z', 'x'.repeat(64)]) {
      const place = { ...order({ zone: bad }), lines: 1 };
      for (const answer of [
        await door.insert(order({ zone: bad }), signal),
        await door.insert(order({ name: bad }), signal),
        await door.insert(order({ template: bad }), signal),
        await door.insert(order({ region: bad }), signal),
        await door.operation(zoneA, bad, signal),
        await door.node(place, signal),
        await door.report(place, signal),
        await door.console(place, signal),
        await door.remove(place, signal),
        await door.remove({ ...place, zone: zoneA, name: bad }, signal),
      ]) {
        expect(failureOf(answer), bad).toMatchObject({ code: 'NOT_OURS', isLost: false });
      }
    }
    expect(world.compute.requests()).toEqual([]);
  });
});

describe('a list', () => {
  test('shows what there is to know of a node', async () => {
    await world.running();
    const { nodes, isWhole } = valueOf(await world.door.list('bw', world.signal));
    expect(isWhole).toBe(true);
    expect(nodes).toEqual([
      {
        zone: zoneA,
        name: 'bw-home-x1',
        id: expect.stringMatching(/^\d{19}$/),
        status: 'RUNNING',
        createdAt: began,
        labels: { ...order().labels, template: 'ethereum' },
        isProtected: false,
        hasFuse: false,
      },
    ]);
  });

  test('shows neither what is of another watchdog nor what carries no label', async () => {
    await world.running();
    await world.running({ name: 'cc-x', requestId: uuid(2), labels: { 'basement-watchdog': 'cc' } });
    await world.running({ name: 'bw-like-ours', requestId: uuid(3), labels: {} });
    const names = async (prefix: string): Promise<string[]> =>
      valueOf(await world.door.list(prefix, world.signal)).nodes.map(({ name }) => name);
    expect(await names('bw')).toEqual(['bw-home-x1']);
    expect(await names('cc')).toEqual(['cc-x']);
    expect(await names('b')).toEqual([]);
  });

  test('sees protection, and each fuse that a node can have', async () => {
    await world.running();
    const look = async () => valueOf(await world.door.list('bw', world.signal)).nodes;
    world.compute.alter('bw-home-x1', (instance) => {
      instance.isProtected = true;
    });
    expect(await look()).toMatchObject([{ isProtected: true, hasFuse: false }]);
    for (const scheduling of [
      { provisioningModel: 'SPOT' },
      { provisioningModel: 'FLEX_START' },
      { preemptible: true },
      { maxRunDuration: { seconds: 60 } },
      { terminationTime: '2027-01-01T00:00:00Z' },
    ]) {
      world.compute.alter('bw-home-x1', (instance) => {
        instance.scheduling = {
          provisioningModel: 'STANDARD',
          preemptible: false,
          automaticRestart: false,
          ...scheduling,
        };
      });
      expect(await look(), JSON.stringify(scheduling)).toMatchObject([{ hasFuse: true }]);
    }
  });

  test('has all pages', async () => {
    for (let n = 0; n < 450; n++) {
      valueOf(await world.door.insert(order({ name: `bw-n${n}`, requestId: uuid(n + 1) }), world.signal));
    }
    world.pass(60_000);
    const asked = world.compute.requests().length;
    const { nodes, isWhole } = valueOf(await world.door.list('bw', world.signal));
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(450);
    expect(isWhole).toBe(true);
    expect(world.compute.requests().slice(asked)).toHaveLength(3);
  });

  test('without a zone that does not answer is not whole', async () => {
    await world.running();
    world.compute.faults.unreachable(zoneA, true);
    expect(valueOf(await world.door.list('bw', world.signal))).toEqual({ nodes: [], isWhole: false });
    expect(valueOf(await world.door.disks('bw', world.signal))).toEqual({ disks: [], isWhole: false });
    world.compute.faults.unreachable(zoneA, false);
    world.compute.faults.unreachable(zoneB, true);
    const { nodes, isWhole } = valueOf(await world.door.list('bw', world.signal));
    expect([nodes.length, isWhole]).toEqual([1, false]);
  });

  test('that loses its answer at any page is no list', async () => {
    world.compute.faults.loseAnswers(1, 'after', 'all');
    expect(failureOf(await world.door.list('bw', world.signal))).toMatchObject({ isLost: true });
  });
});

describe('one node', () => {
  test('is shown as a list shows it, and whatever its labels are', async () => {
    const placed = await world.running();
    const { nodes } = valueOf(await world.door.list('bw', world.signal));
    expect([valueOf(await world.door.node(placed, world.signal))]).toEqual(nodes);
    world.compute.alter(placed.name, (instance) => {
      instance.labels = {};
    });
    expect(valueOf(await world.door.list('bw', world.signal)).nodes).toEqual([]);
    expect(valueOf(await world.door.node(placed, world.signal))).toEqual({ ...nodes[0], labels: {} });
  });

  test('is none when Compute says so, and only then', async () => {
    expect(valueOf(await world.door.node(order(), world.signal))).toBeNull();
    await world.running();
    world.compute.faults.deny('compute.instances.get');
    expect(failureOf(await world.door.node(order(), world.signal))).toMatchObject({
      permission: 'compute.instances.get',
    });
  });
});

describe('disks', () => {
  test('are ours by label or by name, attached or left behind', async () => {
    const { door, signal, compute, pass } = world;
    compute.faults.leaveDisks(true);
    compute.faults.stockOut(zoneB, true);
    await world.running();
    valueOf(await door.insert(order({ zone: zoneB, name: 'bw-lost', requestId: uuid(2) }), signal));
    for (const body of [
      { name: 'somebodys', sizeGb: '10' },
      { name: 'bwana', sizeGb: '10' },
      { name: 'labelled', sizeGb: '30', labels: { 'basement-watchdog': 'bw' } },
    ]) {
      const { status } = await askCompute(compute, 'POST', `zones/${zoneA}/disks`, { body });
      expect(status, body.name).toBe(200);
    }
    pass(60_000);
    const { disks, isWhole } = valueOf(await door.disks('bw', signal));
    expect(isWhole).toBe(true);
    expect(disks.map(({ zone, name, gib, isAttached }) => [zone, name, gib, isAttached])).toEqual([
      [zoneA, 'bw-home-x1', 20, true],
      [zoneA, 'bw-home-x1-chain', 500, true],
      [zoneA, 'labelled', 30, false],
      [zoneB, 'bw-lost', 20, false],
      [zoneB, 'bw-lost-chain', 500, false],
    ]);
  });
});

describe('what a node says', () => {
  test('is its report as it stands there, and null until there is one', async () => {
    const { door, signal, pass } = world;
    startNodes(world.compute, { clock: world.clock, bootMs: 60_000, syncMs: 600_000 });
    const nobody = await door.report(order(), signal);
    expect(nobody).toEqual({ ok: true, value: null });
    const placed = await world.running();
    pass(120_000);
    const said: unknown = JSON.parse(valueOf(await door.report(placed, signal)) ?? '');
    expect(said).toMatchObject({ version: 1, keys: 'absent', state: 'syncing' });
  });

  test('is cut at 16 KB, whatever it is', async () => {
    const placed = await world.running();
    for (const text of ['x'.repeat(20_000), '€'.repeat(20_000), '', '\u0000{"']) {
      world.compute.alter(placed.name, ({ guest }) => guest.set('watchdog/report', text));
      const said = valueOf(await world.door.report(placed, world.signal)) ?? '';
      expect(said.length, text.slice(0, 3)).toBeLessThanOrEqual(16_384);
      expect(text.startsWith(said.slice(0, 5_000)), text.slice(0, 3)).toBe(true);
    }
  });

  test('are the last lines of its console, plain and short', async () => {
    const placed = await world.running();
    const console = async (contents: string, lines = 3): Promise<readonly string[]> => {
      world.compute.alter(placed.name, (instance) => {
        instance.console = contents;
      });
      return valueOf(await world.door.console({ ...placed, lines }, world.signal));
    };
    expect(await console('')).toEqual([]);
    expect(await console('one\r\ntwo\nthree\r\n\r\nfour\n')).toEqual(['two', 'three', 'four']);
    expect(await console('\u001B[31mred\u001B[0m\u0007 bell\u202E turned')).toEqual(['red bell turned']);
    const long = await console(`${'x '.repeat(1_000_000)}\n${'y '.repeat(250)}`);
    expect(long.map((line) => [line.length, line[0]])).toEqual([
      [200, 'x'],
      [200, 'y'],
    ]);
    expect(await console('line\n'.repeat(9_000), 1_000_000)).toHaveLength(50);
  });

  test.each([
    ['startup: wget https://user:pw@203.0.113.7/x', 'startup: wget …'],
    ['clone ssh://git:hunter2@example.org/x now', 'clone … now'],
    ['Authorization: Bearer ya29.short', 'authorization …'],
    ['curl -H "authorization: Basic dXNlcjpwdw=="', 'curl -H "authorization …'],
    ['it sends bearer abc.def on', 'it sends bearer … on'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.e30.c2ln ends', 'jwt … ends'],
    ['DB_PASSWORD=hunter2 and api-key: 1234', 'DB_PASSWORD … and api-key …'],
    [`key 0x${'ab'.repeat(32)}`, 'key …'],
    ['systemd[1]: Reached target Basic System.', 'systemd[1]: Reached target Basic System.'],
  ])('without what looks secret on its console: %s', async (said, shown) => {
    const placed = await world.running();
    world.compute.alter(placed.name, (instance) => {
      instance.console = `${said}\n`;
    });
    const lines = valueOf(await world.door.console({ ...placed, lines: 3 }, world.signal));
    expect(lines).toEqual([shown]);
  });
});

describe('a removal', () => {
  test('takes the node and its disks, and is repeated without harm', async () => {
    const { door, signal, pass } = world;
    const placed = await world.running();
    const remove = { ...placed, requestId: uuid(2) };
    const first = valueOf(await door.remove(remove, signal));
    expect(valueOf(await door.remove(remove, signal))).toEqual(first);
    pass(5_000);
    expect(valueOf(await door.list('bw', signal)).nodes).toMatchObject([{ status: 'STOPPING' }]);
    pass(60_000);
    expect(valueOf(await door.operation(zoneA, first.operation, signal))).toEqual({ state: 'done' });
    expect(valueOf(await door.remove(remove, signal))).toEqual(first);
    expect(world.compute.instances()).toEqual([]);
    expect(world.compute.disks()).toEqual([]);
    expect(failureOf(await door.remove({ ...remove, requestId: uuid(3) }, signal))).toMatchObject({
      status: 404,
      code: 'notFound',
    });
  });

  test('of a protected node is refused', async () => {
    const placed = await world.running();
    world.compute.alter(placed.name, (instance) => {
      instance.isProtected = true;
    });
    const refused = failureOf(await world.door.remove({ ...placed, requestId: uuid(2) }, world.signal));
    expect(refused).toMatchObject({ status: 400, code: 'invalidResourceUsage', isLost: false });
    expect(refused.text).toMatch(/protected against deletion/);
    world.pass(120_000);
    expect(world.compute.instances()).toMatchObject([{ status: 'RUNNING' }]);
  });
});

describe('an operation', () => {
  test('that nobody knows is unknown, and one that cannot be read is no answer', async () => {
    expect(valueOf(await world.door.operation(zoneA, 'operation-1', world.signal))).toEqual({
      state: 'unknown',
    });
    world.compute.faults.unavailable(1);
    expect(failureOf(await world.door.operation(zoneA, 'operation-1', world.signal))).toMatchObject({
      status: 503,
      isLost: false,
    });
  });
});

describe('the address of Compute', () => {
  test.each([
    'http://compute.googleapis.com',
    'http://10.0.0.1:80',
    'https://compute.example.com',
    'https://googleapis.com.example.com',
    'https://user@compute.googleapis.com',
    'http://127.0.0.1:80/elsewhere',
    'nonsense',
  ])('%s is not asked, and gets no token', (endpoint) => {
    expect(() => openCompute({ project, endpoint })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  test.each(['http://localhost:80', 'http://127.0.0.1:4321', 'https://compute.googleapis.com'])(
    '%s may be',
    (endpoint) => {
      expect(() => openCompute({ project, endpoint })).not.toThrow();
    },
  );
});
