// The disk of a node that the chain lies on: found where Compute shows it, and made to begin with a snapshot.
import { z } from 'zod';
import type { ComputeFailure } from './cloud.ts';

/** As the node's own files call it; the disk itself is named as Compute likes. */
const deviceName = 'chain';
/** More than a machine can have. */
const most = 200;

const text = z.string().max(2_048).nullish();
const bare = z.string().regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/);

// What else is said of a disk goes from the template to the insert as it is.
const templateDisk = z.looseObject({
  deviceName: text,
  type: text,
  boot: z.boolean().nullish(),
  source: text,
  initializeParams: z
    .looseObject({ diskType: text, resourcePolicies: z.array(z.string().max(2_048)).max(10).nullish() })
    .nullish(),
});
export const templateDisks = z.array(templateDisk).max(most).nullish();

export const attachedDisks = z
  .array(z.object({ deviceName: text, type: text, boot: z.boolean().nullish(), source: text }))
  .max(most)
  .nullish();

type Attached = NonNullable<z.infer<typeof attachedDisks>>[number];
type Described = NonNullable<z.infer<typeof templateDisks>>[number];

/** A local SSD ends with its machine, and what a machine boots from is not what a chain lies on. */
const isData = (disk: Pick<Attached, 'deviceName' | 'type' | 'boot'>): boolean =>
  disk.deviceName === deviceName && (disk.type ?? 'PERSISTENT') === 'PERSISTENT' && disk.boot !== true;

/** Name of the node's data disk in that zone; null when it has none that a snapshot can be made of. */
export function dataDisk(disks: readonly Attached[], zone: string): string | null {
  const source = disks.find(isData)?.source ?? '';
  const found = /\/zones\/([^/]+)\/disks\/([^/]+)$/.exec(source);
  return found?.[1] === zone ? (bare.safeParse(found[2]).data ?? null) : null;
}

// Said by Compute alone.
const outputOnly = new Set([
  'kind',
  'index',
  'architecture',
  'licenses',
  'savedState',
  'shieldedInstanceInitialState',
]);
/** What another beginning than the snapshot would be. */
const otherBeginnings = new Set(['sourceImage', 'sourceImageEncryptionKey', 'sourceSnapshotEncryptionKey']);

const without = (given: object, names: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name, value]) => !names.has(name) && value !== null));

export type Beginning = {
  readonly project: string;
  readonly zone: string;
  readonly region: string;
  readonly snapshot: string;
};

/** A template names a type and a policy, of which an insert wants the address. */
const addressed = (name: string, folder: string): string =>
  bare.safeParse(name).success ? `${folder}/${name}` : name;

function described(disk: Described, { project, zone, region }: Beginning): Record<string, unknown> {
  const { initializeParams: given } = disk;
  if (given === null || given === undefined) return without(disk, outputOnly);
  const { diskType, resourcePolicies } = given;
  const addresses = {
    ...(typeof diskType === 'string'
      ? { diskType: addressed(diskType, `projects/${project}/zones/${zone}/diskTypes`) }
      : {}),
    ...(resourcePolicies === null || resourcePolicies === undefined || resourcePolicies.length === 0
      ? {}
      : {
          resourcePolicies: resourcePolicies.map((name) =>
            addressed(name, `projects/${project}/regions/${region}/resourcePolicies`),
          ),
        }),
  };
  return {
    ...without(disk, outputOnly),
    initializeParams: { ...without(given, new Set()), ...addresses },
  };
}

/**
 * All disks of a template, of which the data disk begins with the snapshot: a list in an insert replaces that of the template. Null when the
 * template makes no such disk.
 */
export function disksWithSnapshot(disks: readonly Described[], beginning: Beginning): object[] | null {
  const data = disks.find((disk) => isData(disk) && (disk.source ?? '') === '');
  if (data === undefined) return null;
  return disks.map((disk) => {
    const all = described(disk, beginning);
    if (disk !== data) return all;
    const { project, snapshot } = beginning;
    const sourceSnapshot = `projects/${project}/global/snapshots/${snapshot}`;
    return {
      ...all,
      initializeParams: { ...without(Object(all['initializeParams']), otherBeginnings), sourceSnapshot },
    };
  });
}

const refused = (code: string, said: string): ComputeFailure => ({
  code,
  status: null,
  isLost: false,
  permission: null,
  text: said,
});

/** Nothing was asked for: a machine without a data disk has nothing to keep. */
export const noDataDisk: ComputeFailure = refused(
  'NO_DATA_DISK',
  'the node has no disk of its zone with the device name chain, of which alone a snapshot is made; correct its instance template',
);

/** Nothing was asked for: the snapshot would not come to lie where the chain does. */
export const noPlaceForSnapshot: ComputeFailure = refused(
  'NO_DATA_DISK',
  'the instance template makes no disk with the device name chain that could begin with the snapshot; correct the template',
);

/** Nothing was asked for: only what a drill has made is ever kept. */
export const notOfDrill: ComputeFailure = refused(
  'NOT_A_DRILL',
  'the node does not carry the labels of a drill, or is protected or held: no snapshot is made of its disk',
);
