// Disks of the pretend Compute Engine.
import { z } from 'zod';
import { beginOperation, remembered } from './operations.ts';
import { alreadyExists, invalid, notFound, Refusal } from './refusal.ts';
import type { Disk, Operation } from './resource.ts';
import { diskPath } from './show.ts';
import { keyOf, type World } from './world.ts';

type Place = { readonly zone: string; readonly name: string };
type Asked = Place & { readonly requestId: string | null };

const labels = z.record(z.string(), z.string()).default({});
const diskBody = z.looseObject({
  name: z.string(),
  sizeGb: z.coerce.number().int().min(1).default(10),
  type: z.string().default('pd-balanced'),
  labels,
});

export const lastOf = (address: string): string => address.slice(address.lastIndexOf('/') + 1);

export function diskAt(world: World, place: Place): Disk {
  const disk = world.disks.get(keyOf(place));
  if (disk === undefined) throw notFound(diskPath(world, place.zone, place.name));
  return disk;
}

export function insertDisk(
  world: World,
  asked: { readonly zone: string; readonly requestId: string | null; readonly body: unknown },
): Operation {
  const read = diskBody.safeParse(asked.body);
  if (!read.success) throw invalid('resource', '', 'It is not a disk.');
  const { zone, requestId } = asked;
  const { name, sizeGb, type, labels: given } = read.data;
  const target = diskPath(world, zone, name);
  const before = remembered(world, { requestId, type: 'insert', target });
  if (before !== null) return before;
  if (world.disks.has(keyOf({ zone, name }))) throw alreadyExists(target);
  const id = world.newId();
  return beginOperation(world, {
    type: 'insert',
    zone,
    target,
    targetId: id,
    requestId,
    ms: world.timing.otherMs,
    end: (at) => {
      if (world.disks.has(keyOf({ zone, name }))) throw alreadyExists(target);
      const disk = { id, name, zone, createdAt: at, gib: sizeGb, type: lastOf(type) };
      const unused = { labels: given, user: null, snapshot: null, usedGib: null };
      world.disks.set(keyOf({ zone, name }), { ...disk, ...unused });
    },
  });
}

export function deleteDisk(world: World, { zone, name, requestId }: Asked): Operation {
  const target = diskPath(world, zone, name);
  const before = remembered(world, { requestId, type: 'delete', target });
  if (before !== null) return before;
  const disk = diskAt(world, { zone, name });
  if (disk.user !== null) {
    throw new Refusal(400, {
      reason: 'resourceInUseByAnotherResource',
      message: `The disk resource '${target}' is already being used by '${world.zonePath(zone)}/instances/${disk.user}'`,
    });
  }
  return beginOperation(world, {
    type: 'delete',
    zone,
    target,
    targetId: disk.id,
    requestId,
    ms: world.timing.otherMs,
    end: () => {
      world.disks.delete(keyOf({ zone, name }));
    },
  });
}
