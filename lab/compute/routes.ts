// The methods of Compute's API that the pretend one has, each with the permissions that it asks for.
import { deleteDisk, diskAt, insertDisk } from './disks.ts';
import { guestAttributes, serialPort } from './guest.ts';
import { insertInstance, usedIn } from './insert.ts';
import {
  deleteInstance,
  instanceAt,
  newLabels,
  setDeletionProtection,
  setDiskAutoDelete,
  setInstanceLabels,
  setScheduling,
  startInstance,
  stopInstance,
} from './instances.ts';
import { aggregated, listOf } from './lists.ts';
import { beginOperation, requestIdOf } from './operations.ts';
import { invalid, notFound } from './refusal.ts';
import { showDisk, showInstance, showOperation, showSnapshot, showTemplate } from './show.ts';
import { createSnapshot, deleteSnapshot, insertSnapshot, listSnapshots, snapshotAt } from './snapshots.ts';
import { insertTemplate } from './template.ts';
import type { World } from './world.ts';

/** `zone` and `name` are empty where the path has none. */
export type Call = {
  readonly zone: string;
  readonly region: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

export type Route = {
  readonly verb: 'GET' | 'POST' | 'DELETE';
  /** Below `projects/{project}/`. */
  readonly path: string;
  readonly needs: readonly string[];
  /** Asked for as well by what some bodies say; the answer itself sees to that. */
  readonly sometimes?: readonly string[];
  readonly answer: (world: World, call: Call) => object;
};

const get = (path: string, need: string, answer: Route['answer']): Route => ({
  verb: 'GET',
  path,
  needs: [need],
  answer,
});
const change = (
  verb: 'POST' | 'DELETE',
  path: string,
  needs: readonly string[],
  begin: (
    world: World,
    call: Call & { readonly requestId: string | null },
  ) => Parameters<typeof showOperation>[1],
): Route => ({
  verb,
  path,
  needs,
  answer: (world, call) =>
    showOperation(world, begin(world, { ...call, requestId: requestIdOf(call.query) })),
});

const listed = (world: World) => [...world.instances.values()].filter((each) => each.isListed);
const inZone = <Resource extends { readonly zone: string }>(
  all: Iterable<Resource>,
  zone: string,
): Resource[] => [...all].filter((each) => each.zone === zone);

const operationAt = (world: World, { name, zone }: Pick<Call, 'name' | 'zone'>): object => {
  const found = world.operations.get(name) ?? [...world.operations.values()].find((each) => each.id === name);
  if (found === undefined || (found.zone ?? '') !== zone) {
    const scope = zone === '' ? `projects/${world.project}/global` : world.zonePath(zone);
    throw notFound(`${scope}/operations/${name}`);
  }
  return showOperation(world, found);
};

const instance = 'zones/{zone}/instances/{name}';
const disk = 'zones/{zone}/disks/{name}';
const template = 'regions/{region}/instanceTemplates';

export const routes: readonly Route[] = [
  {
    sometimes: ['compute.snapshots.useReadOnly'],
    ...change(
      'POST',
      'zones/{zone}/instances',
      [
        'compute.instances.create',
        'compute.instanceTemplates.useReadOnly',
        'compute.disks.create',
        'compute.subnetworks.use',
        'compute.subnetworks.useExternalIp',
        'compute.instances.setMetadata',
        'compute.instances.setLabels',
        'compute.instances.setTags',
        'compute.instances.setServiceAccount',
        'compute.disks.setLabels',
        'iam.serviceAccounts.actAs',
      ],
      (world, { zone, requestId, query, body }) =>
        insertInstance(world, { zone, requestId, body, template: query.get('sourceInstanceTemplate') }),
    ),
  },
  get('zones/{zone}/instances', 'compute.instances.list', (world, { zone, query }) =>
    listOf(
      query,
      { all: inZone(listed(world), zone), show: (each) => showInstance(world, each) },
      'compute#instanceList',
    ),
  ),
  get('aggregated/instances', 'compute.instances.list', (world, { query }) =>
    aggregated(world, query, {
      all: listed(world),
      show: (each) => showInstance(world, each),
      kind: 'instances',
    }),
  ),
  get(instance, 'compute.instances.get', (world, call) => showInstance(world, instanceAt(world, call))),
  change('DELETE', instance, ['compute.instances.delete'], deleteInstance),
  get(`${instance}/getGuestAttributes`, 'compute.instances.getGuestAttributes', (world, call) =>
    guestAttributes(world, instanceAt(world, call), call.query.get('queryPath') ?? ''),
  ),
  get(`${instance}/serialPort`, 'compute.instances.getSerialPortOutput', (world, call) =>
    serialPort(world, instanceAt(world, call), Number(call.query.get('start') ?? 0)),
  ),
  change('POST', `${instance}/setLabels`, ['compute.instances.setLabels'], setInstanceLabels),
  change(
    'POST',
    `${instance}/setDeletionProtection`,
    ['compute.instances.setDeletionProtection'],
    (world, call) =>
      setDeletionProtection(world, {
        ...call,
        isProtected: call.query.get('deletionProtection') !== 'false',
      }),
  ),
  change('POST', `${instance}/setDiskAutoDelete`, ['compute.instances.setDiskAutoDelete'], (world, call) =>
    setDiskAutoDelete(world, {
      ...call,
      deviceName: call.query.get('deviceName') ?? '',
      goes: call.query.get('autoDelete') !== 'false',
    }),
  ),
  change('POST', `${instance}/setScheduling`, ['compute.instances.setScheduling'], setScheduling),
  change('POST', `${instance}/stop`, ['compute.instances.stop'], stopInstance),
  change('POST', `${instance}/start`, ['compute.instances.start'], startInstance),

  get('zones/{zone}/operations/{name}', 'compute.zoneOperations.get', operationAt),
  { ...get('zones/{zone}/operations/{name}/wait', 'compute.zoneOperations.get', operationAt), verb: 'POST' },
  get('global/operations/{name}', 'compute.globalOperations.get', operationAt),

  get('aggregated/disks', 'compute.disks.list', (world, { query }) =>
    aggregated(world, query, {
      all: [...world.disks.values()],
      show: (each) => showDisk(world, each),
      kind: 'disks',
    }),
  ),
  get('zones/{zone}/disks', 'compute.disks.list', (world, { zone, query }) =>
    listOf(
      query,
      { all: inZone(world.disks.values(), zone), show: (each) => showDisk(world, each) },
      'compute#diskList',
    ),
  ),
  get(disk, 'compute.disks.get', (world, call) => showDisk(world, diskAt(world, call))),
  change('POST', 'zones/{zone}/disks', ['compute.disks.create'], insertDisk),
  change('DELETE', disk, ['compute.disks.delete'], deleteDisk),
  change(
    'POST',
    `${disk}/createSnapshot`,
    ['compute.disks.createSnapshot', 'compute.snapshots.create'],
    createSnapshot,
  ),

  change(
    'POST',
    'global/snapshots',
    ['compute.disks.createSnapshot', 'compute.snapshots.create', 'compute.snapshots.setLabels'],
    insertSnapshot,
  ),
  get('global/snapshots', 'compute.snapshots.list', (world, { query }) => listSnapshots(world, query)),
  get('global/snapshots/{name}', 'compute.snapshots.get', (world, { name }) =>
    showSnapshot(world, snapshotAt(world, name)),
  ),
  change('DELETE', 'global/snapshots/{name}', ['compute.snapshots.delete'], (world, { name, requestId }) =>
    deleteSnapshot(world, name, requestId),
  ),
  change(
    'POST',
    'global/snapshots/{name}/setLabels',
    ['compute.snapshots.setLabels'],
    (world, { name, body }) => {
      const snapshot = snapshotAt(world, name);
      const wanted = newLabels(snapshot, body);
      const target = `projects/${world.project}/global/snapshots/${name}`;
      return beginOperation(world, {
        type: 'setLabels',
        zone: null,
        target,
        targetId: snapshot.id,
        requestId: null,
        ms: world.timing.otherMs,
        end: () => {
          snapshot.labels = wanted;
        },
      });
    },
  ),

  get(template, 'compute.instanceTemplates.list', (world, { region, query }) =>
    listOf(
      query,
      {
        all: [...world.templates.values()].filter((each) => each.region === region),
        show: (each) => showTemplate(world, each),
      },
      'compute#instanceTemplateList',
    ),
  ),
  get(`${template}/{name}`, 'compute.instanceTemplates.get', (world, { region, name }) => {
    const found = world.templates.get(`${region}/${name}`);
    if (found === undefined) {
      throw notFound(`projects/${world.project}/regions/${region}/instanceTemplates/${name}`);
    }
    return showTemplate(world, found);
  }),
  change('POST', template, ['compute.instanceTemplates.create'], insertTemplate),

  get('regions/{region}', 'compute.regions.get', (world, { region }) => {
    const zones = world.zones[region];
    if (zones === undefined) throw invalid('region', region, 'Unknown region.');
    const limit = world.faults.quotas.get(region)?.limit ?? 100;
    return {
      kind: 'compute#region',
      name: region,
      status: 'UP',
      zones: zones.map((zone) => `https://www.googleapis.com/compute/v1/${world.zonePath(zone)}`),
      quotas: [{ metric: 'INSTANCES', limit, usage: usedIn(world, region) }],
    };
  }),
];
