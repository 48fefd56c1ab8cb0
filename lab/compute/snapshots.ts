// Snapshots of the pretend Compute Engine: made of a disk, listed, begun with, and deleted.
import { z } from 'zod';
import { diskAt } from './disks.ts';
import { listOf } from './lists.ts';
import { beginOperation, remembered } from './operations.ts';
import { alreadyExists, forbidden, invalid, notFound, notReady } from './refusal.ts';
import type { Operation, Snapshot } from './resource.ts';
import { diskPath, showSnapshot } from './show.ts';
import type { World } from './world.ts';

const resourceName = z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
const labels = z
  .record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), z.string().regex(/^[a-z0-9_-]{0,63}$/))
  .default({});
const body = z.looseObject({ name: resourceName, labels });
const bodyWithDisk = body.extend({ sourceDisk: z.string() });

type Place = { readonly zone: string; readonly name: string };

const snapshotPath = (world: World, name: string): string =>
  `projects/${world.project}/global/snapshots/${name}`;

function make(
  world: World,
  asked: {
    readonly type: string;
    /** Of the operation. */
    readonly zone: string | null;
    readonly target: string;
    readonly disk: Place;
    readonly requestId: string | null;
  } & Pick<Snapshot, 'name' | 'labels'>,
): Operation {
  const { type, zone, target, requestId, name } = asked;
  const before = remembered(world, { requestId, type, target });
  if (before !== null) return before;
  const disk = diskAt(world, asked.disk);
  if (world.snapshots.has(name)) throw alreadyExists(snapshotPath(world, name));
  const { failingSnapshots: failing } = world.faults;
  const fails = failing.count > 0 ? { code: failing.code, message: failing.message, http: 400 } : null;
  if (fails !== null) failing.count -= 1;
  const snapshot: Snapshot = {
    id: world.newId(),
    name,
    createdAt: world.settle(),
    status: 'CREATING',
    gib: disk.gib,
    storedGib: disk.usedGib ?? disk.gib,
    disk: diskPath(world, disk.zone, disk.name),
    labels: asked.labels,
  };
  const ms = world.timing.snapshotMs;
  return beginOperation(world, {
    type,
    zone,
    target,
    targetId: zone === null ? snapshot.id : disk.id,
    requestId,
    ms,
    fails,
    begin: (at) => {
      if (world.snapshots.has(name)) return;
      world.snapshots.set(name, snapshot);
      world.later(at + ms / 2, () => {
        if (snapshot.status === 'CREATING') snapshot.status = 'UPLOADING';
      });
    },
    end: () => {
      if (world.snapshots.get(name) !== snapshot) throw alreadyExists(snapshotPath(world, name));
      snapshot.status = fails === null ? 'READY' : 'FAILED';
    },
  });
}

export function insertSnapshot(
  world: World,
  asked: { readonly requestId: string | null; readonly body: unknown },
): Operation {
  const read = bodyWithDisk.safeParse(asked.body);
  if (!read.success) throw invalid('resource', '', z.prettifyError(read.error));
  const { name, sourceDisk, labels: given } = read.data;
  const path = sourceDisk.replace(/^https:\/\/[^/]+\/compute\/v1\//, '');
  const found = /^projects\/([^/]+)\/zones\/([^/]+)\/disks\/([^/]+)$/.exec(path);
  if (found === null) throw invalid('resource.sourceDisk', sourceDisk, 'The URL is malformed.');
  const [, project = '', zone = '', disk = ''] = found;
  if (project !== world.project) throw notFound(path);
  return make(world, {
    type: 'insert',
    zone: null,
    target: snapshotPath(world, name),
    disk: { zone, name: disk },
    requestId: asked.requestId,
    name,
    labels: given,
  });
}

export function createSnapshot(
  world: World,
  asked: Place & { readonly requestId: string | null; readonly body: unknown },
): Operation {
  const read = body.safeParse(asked.body);
  if (!read.success) throw invalid('resource', '', z.prettifyError(read.error));
  const { zone, name: disk, requestId } = asked;
  return make(world, {
    type: 'createSnapshot',
    zone,
    target: diskPath(world, zone, disk),
    disk: { zone, name: disk },
    requestId,
    name: read.data.name,
    labels: read.data.labels,
  });
}

export function snapshotAt(world: World, name: string): Snapshot {
  const found = world.snapshots.get(name);
  if (found === undefined) throw notFound(snapshotPath(world, name));
  return found;
}

/** What a new disk begins with; throws what Compute says of a snapshot that it cannot begin with. */
export function snapshotFor(
  world: World,
  asked: { readonly source: string; readonly gib: number; readonly index: number },
): Snapshot {
  const { source, gib, index } = asked;
  const field = `resource.disks[${index}].initializeParams`;
  const path = source.replace(/^https:\/\/[^/]+\/compute\/v1\//, '');
  const found = /^(?:projects\/([^/]+)\/)?global\/snapshots\/([^/]+)$/.exec(path);
  if (found === null) throw invalid(`${field}.sourceSnapshot`, source, 'The URL is malformed.');
  const [, project = world.project, name = ''] = found;
  const snapshot = project === world.project ? world.snapshots.get(name) : undefined;
  if (snapshot === undefined) {
    throw invalid(`${field}.sourceSnapshot`, source, 'The referenced snapshot resource cannot be found.');
  }
  if (world.faults.denied.has('compute.snapshots.useReadOnly')) {
    throw forbidden('compute.snapshots.useReadOnly', snapshotPath(world, name));
  }
  if (snapshot.status !== 'READY') throw notReady(snapshotPath(world, name));
  if (gib < snapshot.gib) {
    throw invalid(
      `${field}.diskSizeGb`,
      String(gib),
      `Requested disk size cannot be smaller than the snapshot size (${snapshot.gib} GB)`,
    );
  }
  return snapshot;
}

export function listSnapshots(world: World, query: URLSearchParams): object {
  const list = listOf(
    query,
    {
      all: world.faults.hidesSnapshots ? [] : [...world.snapshots.values()],
      show: (each) => showSnapshot(world, each),
    },
    'compute#snapshotList',
  );
  return world.faults.hidesSnapshots
    ? { ...list, warning: { code: 'UNREACHABLE', message: 'Some snapshots could not be listed.' } }
    : list;
}

export function deleteSnapshot(world: World, name: string, requestId: string | null): Operation {
  const target = snapshotPath(world, name);
  const before = remembered(world, { requestId, type: 'delete', target });
  if (before !== null) return before;
  const snapshot = snapshotAt(world, name);
  return beginOperation(world, {
    type: 'delete',
    zone: null,
    target,
    targetId: snapshot.id,
    requestId,
    ms: world.timing.otherMs,
    begin: () => {
      snapshot.status = 'DELETING';
    },
    end: () => {
      world.snapshots.delete(name);
    },
  });
}
