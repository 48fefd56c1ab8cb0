// Disks, snapshots and lists of the pretend Compute Engine.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askCompute, type Reply } from '../support/compute-api.ts';
import { pretendCompute, uuid, type World, zoneA, zoneB } from '../support/pretend-compute.ts';

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
const reasonOf = ({ status, body }: Reply): unknown => [status, Object(body).error?.errors?.[0]?.reason];

describe('a disk', () => {
  test('goes with its machine when it is to, and is kept otherwise', async () => {
    await world.running();
    const [boot] = world.compute.instances()[0]?.disks ?? [];
    world.compute.alter('bw-home-x1', ({ disks }) => {
      for (const disk of disks) disk.autoDelete = disk.name === boot?.name;
    });
    expect(reasonOf(await ask('DELETE', `zones/${zoneA}/disks/bw-home-x1-chain`))).toEqual([
      400,
      'resourceInUseByAnotherResource',
    ]);
    await ask('DELETE', `zones/${zoneA}/instances/bw-home-x1`);
    world.pass(60_000);
    expect(world.compute.disks().map(({ name, user }) => [name, user])).toEqual([['bw-home-x1-chain', null]]);
    expect(await ask('GET', `zones/${zoneA}/disks/bw-home-x1-chain`)).toMatchObject({
      body: { sizeGb: '500' },
    });
    await ask('DELETE', `zones/${zoneA}/disks/bw-home-x1-chain`);
    world.pass(60_000);
    expect(reasonOf(await ask('GET', `zones/${zoneA}/disks/bw-home-x1-chain`))).toEqual([404, 'notFound']);
  });

  test('is made once, and its name is unique in its zone', async () => {
    const body = { name: 'spare', sizeGb: '10' };
    for (const zone of [zoneA, zoneB])
      await ask('POST', `zones/${zone}/disks`, {
        body,
        query: { requestId: uuid(zone.length + zone.charCodeAt(13)) },
      });
    world.pass(60_000);
    expect(world.compute.disks()).toHaveLength(2);
    expect(reasonOf(await ask('POST', `zones/${zoneA}/disks`, { body }))).toEqual([409, 'alreadyExists']);
  });
});

describe('a snapshot', () => {
  test('is made of a disk with labels, outlives it, and is deleted', async () => {
    await world.running();
    await ask('POST', `zones/${zoneA}/disks/bw-home-x1-chain/createSnapshot`, {
      body: { name: 'warm', labels: { wiped: 'yes' } },
    });
    await ask('DELETE', `zones/${zoneA}/instances/bw-home-x1`);
    world.pass(60_000);
    const { body } = await ask('GET', 'global/snapshots/warm');
    expect(body).toMatchObject({ diskSizeGb: '500', labels: { wiped: 'yes' }, status: 'READY' });
    expect(await ask('GET', 'global/snapshots', { query: { filter: 'labels.wiped=yes' } })).toMatchObject({
      body: { items: [{ name: 'warm' }] },
    });
    const { labelFingerprint } = Object(body);
    await ask('POST', 'global/snapshots/warm/setLabels', {
      body: { labels: { wiped: 'no' }, labelFingerprint },
    });
    world.pass(60_000);
    expect(
      await ask('GET', 'global/snapshots', { query: { filter: 'labels.wiped=yes' } }),
    ).not.toHaveProperty('body.items');
    const removal = await ask('DELETE', 'global/snapshots/warm');
    world.pass(60_000);
    expect(world.compute.snapshots()).toEqual([]);
    expect(await ask('GET', `global/operations/${Object(removal.body).name}`)).toMatchObject({
      body: { status: 'DONE' },
    });
  });
});

describe('a list', () => {
  const namesOf = ({ body }: Reply): string[] =>
    Object.values<{ instances?: { name: string }[] }>(Object(body).items).flatMap(({ instances = [] }) =>
      instances.map(({ name }) => name),
    );

  test('over all zones comes page by page, with a warning for each zone that has nothing', async () => {
    for (let n = 0; n < 5; n++)
      await world.running({ name: `bw-n${n}`, requestId: uuid(n + 1), zone: n % 2 === 0 ? zoneA : zoneB });
    const seen: string[] = [];
    let query: Record<string, string> = { maxResults: '2', filter: 'labels.basement-watchdog=bw' };
    for (let page = 0; page < 3; page++) {
      const reply = await ask('GET', 'aggregated/instances', { query });
      seen.push(...namesOf(reply));
      const { nextPageToken } = Object(reply.body);
      expect(typeof nextPageToken, String(page)).toBe(page < 2 ? 'string' : 'undefined');
      query = { ...query, pageToken: nextPageToken };
    }
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'bw-n0',
      'bw-n1',
      'bw-n2',
      'bw-n3',
      'bw-n4',
    ]);
    const none = await ask('GET', 'aggregated/instances', {
      query: { filter: 'labels.basement-watchdog=cc' },
    });
    const codes = Object.values<{ warning: { code: string } }>(Object(none.body).items).map(
      ({ warning }) => warning.code,
    );
    expect(codes).toEqual(Array.from({ length: 6 }, () => 'NO_RESULTS_ON_PAGE'));
  });

  test.each([
    ['labels.basement-watchdog=bw', 1],
    ['labels.basement-watchdog = "bw"', 1],
    ['(labels.basement-watchdog=bw) (labels.watchdog-signer=home-eth)', 1],
    ['(labels.basement-watchdog=bw) AND (labels.watchdog-signer=other)', 0],
    ['name=bw-home-x1', 1],
    ['status=TERMINATED', 0],
  ])('filtered by %s has %i', async (filter, count) => {
    await world.running();
    expect(namesOf(await ask('GET', 'aggregated/instances', { query: { filter } }))).toHaveLength(count);
  });

  test('filtered by what is no filter is refused', async () => {
    expect(reasonOf(await ask('GET', 'aggregated/instances', { query: { filter: 'everything' } }))).toEqual([
      400,
      'invalid',
    ]);
  });

  test('names the zones that do not answer, and so does whoever asks in one of them', async () => {
    world.compute.faults.unreachable(zoneA, true);
    const { body } = await ask('GET', 'aggregated/instances');
    expect(body).toMatchObject({
      unreachables: [`projects/my-project/zones/${zoneA}`],
      items: { [`zones/${zoneA}`]: { warning: { code: 'UNREACHABLE' } } },
    });
    expect((await ask('GET', `zones/${zoneA}/instances`)).status).toBe(503);
    expect((await ask('GET', `zones/${zoneB}/instances`)).status).toBe(200);
  });
});
