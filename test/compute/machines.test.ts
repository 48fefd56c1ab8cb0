// The pretend Compute Engine is a judge of ours: it has to be as strict and as odd as the real one where that matters.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mergePatch } from '../../lab/compute/insert.ts';
import { askCompute, problemsOf, type Reply } from '../support/compute-api.ts';
import {
  order,
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
});
afterEach(async () => {
  await world.compute.close();
});

const ask = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  more?: Parameters<typeof askCompute>[3],
): Promise<Reply> => askCompute(world.compute, method, path, more);
const insert = (
  name: string,
  query: Record<string, string> = {},
  zone = zoneA,
  body: object = {},
): Promise<Reply> =>
  ask('POST', `zones/${zone}/instances`, {
    query: {
      sourceInstanceTemplate: `projects/${project}/regions/${zone.slice(0, -2)}/instanceTemplates/ethereum`,
      ...query,
    },
    body: { name, ...body },
  });
const refused = (code: number, reason: string, message: RegExp): object => ({
  status: code,
  body: {
    error: {
      code,
      message: expect.stringMatching(message),
      errors: [{ domain: expect.any(String), reason, message: expect.any(String) }],
    },
  },
});
const operationOf = (reply: Reply): string => {
  const { body } = reply;
  if (typeof body === 'object' && body !== null && 'name' in body && typeof body.name === 'string')
    return body.name;
  throw new Error(`no operation: ${JSON.stringify(reply)}`);
};
const machine = `zones/${zoneA}/instances/bw-a`;

describe('a name', () => {
  test('is unique in a zone only, taken as soon as an insert is accepted, and free once the machine is gone', async () => {
    expect((await insert('bw-a')).status).toBe(200);
    const again = await insert('bw-a');
    expect(again).toEqual(
      refused(
        409,
        'alreadyExists',
        new RegExp(`^The resource 'projects/${project}/zones/${zoneA}/instances/bw-a' already exists$`),
      ),
    );
    expect((await insert('bw-a', {}, zoneB)).status).toBe(200);
    world.pass(60_000);
    const [first, second] = world.compute.instances();
    expect([first?.name, second?.name, first?.id === second?.id]).toEqual(['bw-a', 'bw-a', false]);
    await ask('DELETE', machine);
    expect((await insert('bw-a')).status).toBe(409);
    world.pass(60_000);
    expect((await insert('bw-a')).status).toBe(200);
    expect(world.compute.instances().map(({ id }) => id)).not.toContain(first?.id);
  });

  test('of a disk that was left behind is in the way', async () => {
    world.compute.faults.leaveDisks(true);
    world.compute.faults.stockOut(zoneA, true);
    await insert('bw-a');
    world.pass(60_000);
    world.compute.faults.clear();
    expect(await insert('bw-a')).toEqual(refused(409, 'alreadyExists', /disks\/bw-a' already exists/));
    await ask('DELETE', `zones/${zoneA}/disks/bw-a`);
    await ask('DELETE', `zones/${zoneA}/disks/bw-a-chain`);
    world.pass(60_000);
    expect((await insert('bw-a')).status).toBe(200);
  });
});

describe('a request', () => {
  test('that is repeated with its id is the same operation, whatever became of it', async () => {
    const first = operationOf(await insert('bw-a', { requestId: uuid(1) }));
    world.pass(60_000);
    expect(operationOf(await insert('bw-a', { requestId: uuid(1) }))).toBe(first);
    const removal = operationOf(await ask('DELETE', machine, { query: { requestId: uuid(2) } }));
    world.pass(60_000);
    expect(operationOf(await insert('bw-a', { requestId: uuid(1) }))).toBe(first);
    expect(operationOf(await ask('DELETE', machine, { query: { requestId: uuid(2) } }))).toBe(removal);
    world.pass(60_000);
    expect(world.compute.instances()).toEqual([]);
  });

  test.each(['00000000-0000-0000-0000-000000000000', 'mine', ''])(
    'with the id %j is refused',
    async (requestId) => {
      expect(await insert('bw-a', { requestId })).toEqual(refused(400, 'invalid', /requestId/));
    },
  );

  test('for something else with an id that was used is refused', async () => {
    await insert('bw-a', { requestId: uuid(1) });
    expect(await insert('bw-b', { requestId: uuid(1) })).toEqual(refused(400, 'invalid', /requestId/));
  });

  test('that was refused is not remembered', async () => {
    world.compute.faults.quota('europe-west3', 0);
    expect((await insert('bw-a', { requestId: uuid(1) })).status).toBe(403);
    world.compute.faults.clear();
    expect((await insert('bw-a', { requestId: uuid(1) })).status).toBe(200);
  });

  test.each([
    ['Bad_Name', /resource\.name/],
    ['x'.repeat(64), /resource\.name/],
    ['', /resource\.name/],
  ])('for the name %j is refused', async (name, message) => {
    expect(await insert(name)).toEqual(refused(400, 'invalid', message));
  });

  test('that nobody could make is answered like by Google', async () => {
    world.compute.faults.signOut(true);
    expect(await insert('bw-a')).toEqual(refused(401, 'required', /authentication credential/));
    world.compute.faults.clear();
    expect(await ask('GET', `${machine}x`)).toEqual(refused(404, 'notFound', /was not found$/));
    expect(await ask('GET', `zones/atlantis-a/instances`)).toEqual(refused(400, 'invalid', /Unknown zone/));
    expect(await ask('GET', 'elsewhere')).toMatchObject({ status: 404 });
    expect(
      await insert('bw-a', {
        sourceInstanceTemplate: `projects/${project}/regions/europe-west3/instanceTemplates/x`,
      }),
    ).toEqual(refused(404, 'notFound', /instanceTemplates\/x/));
  });
});

describe('an operation', () => {
  test('is pending, runs, and is done by the clock; it shows the machine only once it runs', async () => {
    const name = operationOf(await insert('bw-a'));
    const look = async (): Promise<unknown> => {
      const [operation, list] = await Promise.all([
        ask('GET', `zones/${zoneA}/operations/${name}`),
        ask('GET', `zones/${zoneA}/instances`),
      ]);
      const { status, items = [] } = {
        ...Object(operation.body),
        ...Object(list.body),
        status: Object(operation.body).status,
      };
      return [status, items.map((each: { status: string }) => each.status)];
    };
    expect(await look()).toEqual(['PENDING', []]);
    world.pass(1_000);
    expect(await look()).toEqual(['RUNNING', ['PROVISIONING']]);
    world.pass(15_000);
    expect(await look()).toEqual(['RUNNING', ['STAGING']]);
    world.pass(5_000);
    expect(await look()).toEqual(['DONE', ['RUNNING']]);
    expect(await ask('POST', `zones/${zoneA}/operations/${name}/wait`)).toMatchObject({
      body: { status: 'DONE' },
    });
    expect(await ask('GET', `zones/${zoneB}/operations/${name}`)).toMatchObject({ status: 404 });
  });

  test('takes longer when Compute is slow', async () => {
    world.compute.faults.slow(3_600_000);
    await insert('bw-a');
    world.pass(3_600_000);
    expect(world.compute.instances()).toMatchObject([{ status: 'STAGING' }]);
    world.pass(60_000);
    expect(world.compute.instances()).toMatchObject([{ status: 'RUNNING' }]);
  });

  test('that ends in error says why, and repeats it', async () => {
    world.compute.faults.stockOut(zoneA, true);
    const name = operationOf(await insert('bw-a', { requestId: uuid(1) }));
    world.pass(60_000);
    const wanted = {
      body: {
        status: 'DONE',
        httpErrorStatusCode: 503,
        error: {
          errors: [
            { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: expect.stringContaining('enough resources') },
          ],
        },
      },
    };
    expect(await ask('GET', `zones/${zoneA}/operations/${name}`)).toMatchObject(wanted);
    world.compute.faults.clear();
    expect(await insert('bw-a', { requestId: uuid(1) })).toMatchObject(wanted);
    expect(world.compute.instances()).toEqual([]);
  });
});

describe('protection', () => {
  const protect = (on: boolean): Promise<Reply> =>
    ask('POST', `${machine}/setDeletionProtection`, { query: { deletionProtection: String(on) } });

  test('keeps a person from deleting, until it is taken off', async () => {
    await insert('bw-a');
    world.pass(60_000);
    await protect(true);
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({ body: { deletionProtection: true } });
    expect(await ask('DELETE', machine)).toEqual(
      refused(
        400,
        'invalidResourceUsage',
        /^Invalid resource usage: 'Resource cannot be deleted if it's protected against deletion\.'\.$/,
      ),
    );
    await protect(false);
    world.pass(60_000);
    expect((await ask('DELETE', machine)).status).toBe(200);
  });

  test('keeps neither preemption nor the end of its time from a machine', async () => {
    const template = (name: string): Record<string, string> => ({
      sourceInstanceTemplate: `projects/${project}/regions/europe-west3/instanceTemplates/${name}`,
    });
    await insert('bw-a', template('spot'), zoneA, { deletionProtection: true });
    await insert('bw-b', template('drill'), zoneA, { deletionProtection: true });
    world.pass(60_000);
    world.compute.preempt('bw-a');
    world.pass(60_000);
    expect(world.compute.instances()).toMatchObject([
      { name: 'bw-a', status: 'TERMINATED', isProtected: true },
      { name: 'bw-b', status: 'RUNNING', isProtected: true },
    ]);
    expect(await ask('GET', `zones/${zoneA}/instances/bw-b`)).toMatchObject({
      body: { resourceStatus: { scheduling: { terminationTimestamp: expect.any(String) } } },
    });
    world.pass(3_600_000);
    expect(world.compute.instances()).toMatchObject([{ name: 'bw-a' }]);
    expect(() => {
      world.compute.preempt('bw-b');
    }).toThrow(/no machine/);
  });
});

describe('a person', () => {
  test('can change the scheduling of a stopped machine only', async () => {
    await insert('bw-a');
    world.pass(60_000);
    const body = { provisioningModel: 'SPOT', preemptible: true, automaticRestart: false };
    expect(await ask('POST', `${machine}/setScheduling`, { body })).toEqual(
      refused(400, 'invalidResourceUsage', /TERMINATED/),
    );
    await ask('POST', `${machine}/stop`);
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({ body: { status: 'TERMINATED' } });
    expect((await ask('POST', `${machine}/setScheduling`, { body })).status).toBe(200);
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({ body: { scheduling: { provisioningModel: 'SPOT' } } });
    await ask('POST', `${machine}/start`);
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({ body: { status: 'RUNNING' } });
  });

  test('may find no machine any more when starting what was stopped', async () => {
    await insert('bw-a');
    world.pass(60_000);
    await ask('POST', `${machine}/stop`);
    world.pass(60_000);
    world.compute.faults.stockOut(zoneA, true);
    const operation = operationOf(await ask('POST', `${machine}/start`));
    world.pass(60_000);
    expect(await ask('GET', `zones/${zoneA}/operations/${operation}`)).toMatchObject({
      body: { error: { errors: [{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED' }] } },
    });
    expect(await ask('GET', machine)).toMatchObject({ body: { status: 'TERMINATED' } });
  });

  test('changes labels only knowing what they are', async () => {
    await insert('bw-a', {}, zoneA, { labels: { mine: 'yes' } });
    world.pass(60_000);
    const { body } = await ask('GET', machine);
    const { labelFingerprint } = Object(body);
    const labels = { mine: 'no', 'watchdog-hold': 'anna' };
    const stale = await ask('POST', `${machine}/setLabels`, {
      body: { labels, labelFingerprint: 'AAAAAAAAAAA=' },
    });
    expect(stale).toEqual(refused(412, 'conditionNotMet', /fingerprint/));
    await ask('POST', `${machine}/setLabels`, { body: { labels, labelFingerprint } });
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({ body: { labels } });
  });
});

describe('a template', () => {
  test('gives everything that the body does not say; labels of both are there', async () => {
    await insert('bw-a', {}, zoneA, { labels: { mine: 'yes' } });
    world.pass(60_000);
    expect(await ask('GET', machine)).toMatchObject({
      body: {
        labels: { template: 'ethereum', mine: 'yes' },
        machineType: expect.stringMatching(/zones\/europe-west3-a\/machineTypes\/n2-standard-4$/),
        scheduling: { provisioningModel: 'STANDARD' },
        deletionProtection: false,
        disks: [{ boot: true, autoDelete: true }, { autoDelete: true }],
      },
    });
  });

  test('is laid under the body as RFC 7396 says', () => {
    const cases: readonly (readonly [unknown, unknown, unknown])[] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      ['a', { a: { b: { c: null } } }, { a: { b: {} } }],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    ];
    for (const [target, patch, merged] of cases) {
      expect(mergePatch(target, patch), JSON.stringify([target, patch])).toEqual(merged);
    }
  });

  test('can be seen, listed and made, in its region', async () => {
    const properties = { machineType: 'e2-small', disks: [{ boot: true, autoDelete: false }] };
    await ask('POST', 'regions/europe-west4/instanceTemplates', { body: { name: 'small', properties } });
    world.pass(60_000);
    expect(await ask('GET', 'regions/europe-west4/instanceTemplates/small')).toMatchObject({ status: 200 });
    expect(await ask('GET', 'regions/europe-west3/instanceTemplates/small')).toMatchObject({ status: 404 });
    const { body } = await ask('GET', 'regions/europe-west4/instanceTemplates');
    expect(Object(body).items.map((each: { name: string }) => each.name)).toEqual(['ethereum', 'small']);
  });
});

describe('quota', () => {
  test('is per region, counts what is stopped, and shows in the region', async () => {
    world.compute.faults.quota('europe-west3', 2);
    await insert('bw-a');
    await insert('bw-b', {}, zoneB);
    world.pass(60_000);
    await ask('POST', `${machine}/stop`);
    world.pass(60_000);
    expect(await insert('bw-c')).toEqual(
      refused(403, 'quotaExceeded', /^Quota 'INSTANCES' exceeded\. {2}Limit: 2\.0 in region europe-west3\.$/),
    );
    expect((await insert('bw-c', {}, 'europe-west4-a')).status).toBe(200);
    expect(await ask('GET', 'regions/europe-west3')).toMatchObject({
      body: { quotas: [{ metric: 'INSTANCES', limit: 2, usage: 2 }] },
    });
  });
});

test('what the pretend Compute lets through is what Google describes', async () => {
  await insert('bw-a', { requestId: uuid(1) });
  world.pass(60_000);
  await ask('GET', machine);
  await ask('GET', 'aggregated/instances', {
    query: { filter: 'labels.template=ethereum', maxResults: '1' },
  });
  await ask('DELETE', machine, { query: { requestId: uuid(2) } });
  expect(order().zone).toBe(zoneA);
  expect(problemsOf(world.compute)).toEqual([]);
});
