// All that the watchdog can call of Compute Engine, and what each call must be permitted: Terraform makes its role of this list.

/** One method of Compute's API. `path` is below `/compute/v1/`; `permissions` are all that Compute asks for. */
export type ComputeMethod = {
  readonly verb: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly permissions: readonly string[];
};

/**
 * The closed list, by the API's own names. Whatever is not here is refused before it leaves (`compute-transport.ts`), and its description is
 * not even loaded (`compute-clients.ts`): there is no way to clear a protection, to change or start a machine, or to change a disk.
 *
 * Google's description of the API names no permissions. These are what its pages on backups of machines name, and else the method's own.
 */
export const computeMethods = {
  'compute.instances.insert': {
    verb: 'POST',
    path: 'projects/{project}/zones/{zone}/instances',
    // What the template says is done in our name, so that it needs the permission for each part of it.
    permissions: [
      'compute.instances.create',
      'compute.instances.setLabels',
      'compute.instances.setMetadata',
      'compute.instances.setServiceAccount',
      'compute.instances.setTags',
      'compute.instanceTemplates.useReadOnly',
      'compute.disks.create',
      'compute.disks.setLabels',
      // Of a disk that begins with a snapshot.
      'compute.snapshots.useReadOnly',
      'compute.subnetworks.use',
      'compute.subnetworks.useExternalIp',
      'iam.serviceAccounts.actAs',
    ],
  },
  'compute.instances.aggregatedList': {
    verb: 'GET',
    path: 'projects/{project}/aggregated/instances',
    permissions: ['compute.instances.list'],
  },
  'compute.instances.get': {
    verb: 'GET',
    path: 'projects/{project}/zones/{zone}/instances/{instance}',
    permissions: ['compute.instances.get'],
  },
  'compute.instances.getGuestAttributes': {
    verb: 'GET',
    path: 'projects/{project}/zones/{zone}/instances/{instance}/getGuestAttributes',
    permissions: ['compute.instances.getGuestAttributes'],
  },
  'compute.instances.getSerialPortOutput': {
    verb: 'GET',
    path: 'projects/{project}/zones/{zone}/instances/{instance}/serialPort',
    permissions: ['compute.instances.getSerialPortOutput'],
  },
  'compute.instances.delete': {
    verb: 'DELETE',
    path: 'projects/{project}/zones/{zone}/instances/{instance}',
    permissions: ['compute.instances.delete'],
  },
  'compute.disks.aggregatedList': {
    verb: 'GET',
    path: 'projects/{project}/aggregated/disks',
    permissions: ['compute.disks.list'],
  },
  'compute.zoneOperations.get': {
    verb: 'GET',
    path: 'projects/{project}/zones/{zone}/operations/{operation}',
    permissions: ['compute.zoneOperations.get'],
  },
  'compute.globalOperations.get': {
    verb: 'GET',
    path: 'projects/{project}/global/operations/{operation}',
    permissions: ['compute.globalOperations.get'],
  },
  'compute.regionInstanceTemplates.get': {
    verb: 'GET',
    path: 'projects/{project}/regions/{region}/instanceTemplates/{instanceTemplate}',
    permissions: ['compute.instanceTemplates.get'],
  },
  'compute.snapshots.insert': {
    verb: 'POST',
    path: 'projects/{project}/global/snapshots',
    // The one on the disk lets nobody read, attach or change it.
    permissions: ['compute.disks.createSnapshot', 'compute.snapshots.create', 'compute.snapshots.setLabels'],
  },
  'compute.snapshots.list': {
    verb: 'GET',
    path: 'projects/{project}/global/snapshots',
    permissions: ['compute.snapshots.list'],
  },
  'compute.snapshots.delete': {
    verb: 'DELETE',
    path: 'projects/{project}/global/snapshots/{snapshot}',
    permissions: ['compute.snapshots.delete'],
  },
} as const satisfies Readonly<Record<string, ComputeMethod>>;

/** Every permission that is needed, sorted. Those of `iam.` are granted on the nodes' service account alone, all others on the project. */
export const computePermissions: readonly string[] = [
  ...new Set(Object.values(computeMethods).flatMap((method): readonly string[] => method.permissions)),
].toSorted();

const name = '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?';
const patterns = Object.entries(computeMethods).map(([id, { verb, path }]) => ({
  id,
  verb,
  // An operation's name is up to 63 of the same letters, too; a project's may begin with nothing else.
  pattern: new RegExp(`^/compute/v1/${path.replaceAll(/\{\w+\}/g, name)}$`),
}));

const whole = new RegExp(`^${name}$`);

/** Whether it can be the name of a zone, a machine, a snapshot or an operation, and so leads nowhere else in a path. */
export const isResourceName = (text: string): boolean => whole.test(text);

/** Name of the method that a request calls, null when it is none of ours. `path` is without its query. */
export const methodOf = (verb: string, path: string): string | null =>
  patterns.find((each) => each.verb === verb && each.pattern.test(path))?.id ?? null;
