// How the pretend Compute Engine shows what it has: Google's JSON, addresses and times.
import { createHash } from 'node:crypto';
import type { Disk, Instance, Operation, Snapshot, Template } from './resource.ts';
import { keyOf, type World } from './world.ts';

const base = 'https://www.googleapis.com/compute/v1/';
const pacificMs = 8 * 3_600_000;

/** RFC 3339 with the offset of Google's own clock. */
export const timestamp = (at: number): string =>
  new Date(at - pacificMs).toISOString().replace('Z', '-08:00');

/** What somebody must show who wants to change the labels. */
export const fingerprint = (labels: Readonly<Record<string, string>>): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        Object.keys(labels)
          .toSorted()
          .map((key) => [key, labels[key]]),
      ),
    )
    .digest('base64')
    .slice(0, 11)
    .replaceAll(/[+/]/g, '-') + '=';

const link = (path: string): string => `${base}${path}`;

export const instancePath = (world: World, zone: string, name: string): string =>
  `${world.zonePath(zone)}/instances/${name}`;
export const diskPath = (world: World, zone: string, name: string): string =>
  `${world.zonePath(zone)}/disks/${name}`;

export function showInstance(world: World, instance: Instance): object {
  const { zone, name, properties, scheduling } = instance;
  const seconds = Number(scheduling.maxRunDuration?.seconds ?? Number.NaN);
  const endsAt = instance.runningSince === null ? Number.NaN : instance.runningSince + seconds * 1000;
  return {
    kind: 'compute#instance',
    id: instance.id,
    creationTimestamp: timestamp(instance.createdAt),
    name,
    tags: properties.tags,
    machineType: link(`${world.zonePath(zone)}/machineTypes/${instance.machine}`),
    status: instance.status,
    zone: link(world.zonePath(zone)),
    canIpForward: false,
    networkInterfaces: properties.networkInterfaces.map((each, index) => ({
      kind: 'compute#networkInterface',
      name: `nic${index}`,
      ...each,
    })),
    disks: instance.disks.map((disk, index) => ({
      kind: 'compute#attachedDisk',
      type: disk.type,
      mode: 'READ_WRITE',
      ...(disk.type === 'SCRATCH' ? {} : { source: link(diskPath(world, zone, disk.name)) }),
      deviceName: disk.deviceName,
      index,
      boot: disk.boot,
      autoDelete: disk.autoDelete,
      diskSizeGb: String(world.disks.get(keyOf({ zone, name: disk.name }))?.gib ?? 0),
    })),
    metadata: { kind: 'compute#metadata', fingerprint: 'AAAAAAAAAAA=', ...properties.metadata },
    serviceAccounts: properties.serviceAccounts,
    selfLink: link(instancePath(world, zone, name)),
    scheduling: {
      onHostMaintenance: 'MIGRATE',
      ...scheduling,
      ...(scheduling.maxRunDuration === undefined
        ? {}
        : { maxRunDuration: { seconds: String(seconds), nanos: 0 } }),
    },
    cpuPlatform: 'Intel Broadwell',
    labels: instance.labels,
    labelFingerprint: fingerprint(instance.labels),
    startRestricted: false,
    deletionProtection: instance.isProtected,
    fingerprint: 'BBBBBBBBBBB=',
    ...(instance.runningSince === null ? {} : { lastStartTimestamp: timestamp(instance.runningSince) }),
    ...(Number.isFinite(endsAt)
      ? { resourceStatus: { scheduling: { terminationTimestamp: timestamp(endsAt) } } }
      : {}),
  };
}

export function showDisk(world: World, disk: Disk): object {
  const path = diskPath(world, disk.zone, disk.name);
  return {
    kind: 'compute#disk',
    id: disk.id,
    creationTimestamp: timestamp(disk.createdAt),
    name: disk.name,
    sizeGb: String(disk.gib),
    zone: link(world.zonePath(disk.zone)),
    status: 'READY',
    selfLink: link(path),
    type: link(`${world.zonePath(disk.zone)}/diskTypes/${disk.type}`),
    labels: disk.labels,
    labelFingerprint: fingerprint(disk.labels),
    physicalBlockSizeBytes: '4096',
    ...(disk.user === null ? {} : { users: [link(instancePath(world, disk.zone, disk.user))] }),
  };
}

export const showSnapshot = (world: World, snapshot: Snapshot): object => ({
  kind: 'compute#snapshot',
  id: snapshot.id,
  creationTimestamp: timestamp(snapshot.createdAt),
  name: snapshot.name,
  status: snapshot.status,
  sourceDisk: link(snapshot.disk),
  diskSizeGb: String(snapshot.gib),
  ...(snapshot.status === 'READY'
    ? { storageBytes: String(Math.round(snapshot.storedGib * 1024 ** 3)), storageBytesStatus: 'UP_TO_DATE' }
    : {}),
  selfLink: link(`projects/${world.project}/global/snapshots/${snapshot.name}`),
  labels: snapshot.labels,
  labelFingerprint: fingerprint(snapshot.labels),
});

export const showTemplate = (world: World, template: Template): object => ({
  kind: 'compute#instanceTemplate',
  id: template.id,
  creationTimestamp: timestamp(template.createdAt),
  name: template.name,
  description: '',
  properties: {
    ...template.properties,
    disks: template.properties.disks.map((disk, index) => ({
      kind: 'compute#attachedDisk',
      index,
      mode: 'READ_WRITE',
      ...disk,
    })),
  },
  region: link(`projects/${world.project}/regions/${template.region}`),
  selfLink: link(`projects/${world.project}/regions/${template.region}/instanceTemplates/${template.name}`),
});

export function showOperation(world: World, operation: Operation): object {
  const { zone, error, startedAt, endedAt } = operation;
  const scope = zone === null ? `projects/${world.project}/global` : world.zonePath(zone);
  const isDone = operation.status === 'DONE';
  return {
    kind: 'compute#operation',
    id: operation.id,
    name: operation.name,
    operationType: operation.type,
    targetLink: link(operation.target),
    targetId: operation.targetId,
    status: operation.status,
    user: 'watchdog@pretend.iam.gserviceaccount.com',
    progress: isDone ? 100 : 0,
    insertTime: timestamp(operation.insertedAt),
    ...(startedAt === null ? {} : { startTime: timestamp(startedAt) }),
    ...(endedAt === null ? {} : { endTime: timestamp(endedAt) }),
    ...(zone === null ? {} : { zone: link(world.zonePath(zone)) }),
    selfLink: link(`${scope}/operations/${operation.name}`),
    ...(operation.requestId === null ? {} : { clientOperationId: operation.requestId }),
    ...(error === null
      ? {}
      : {
          error: { errors: [{ code: error.code, message: error.message }] },
          httpErrorStatusCode: error.http,
          httpErrorMessage: error.http === 503 ? 'SERVICE UNAVAILABLE' : 'FORBIDDEN',
        }),
  };
}
