// Loads Google's Compute clients, and of their description of the API only the methods that are called: 0.3 s and 70 MB instead of 0.8 s and 170 MB.
import { createRequire } from 'node:module';
import { computeMethods } from './compute-methods.ts';
import type { ComputeTransport } from './compute-transport.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function inner(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
}

/** `compute.zoneOperations.get` → service `ZoneOperations`, method `Get`. */
function calledMethods(): Map<string, Set<string>> {
  const called = new Map<string, Set<string>>();
  const upper = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
  for (const id of Object.keys(computeMethods)) {
    const [, service = '', method = ''] = id.split('.');
    const methods = called.get(upper(service)) ?? new Set<string>();
    called.set(upper(service), methods.add(upper(method)));
  }
  return called;
}

/** Takes everything out of the description that no call of ours can reach. Of a description of another shape nothing is taken. */
function prune(description: unknown): void {
  const versions = inner(description, 'nested', 'google', 'nested', 'cloud', 'nested', 'compute', 'nested');
  const types = inner(versions, 'v1', 'nested');
  if (!isRecord(versions) || !isRecord(types)) return;
  const called = calledMethods();
  const kept = new Set<string>();
  const keep = (type: string): void => {
    if (kept.has(type) || types[type] === undefined) return;
    kept.add(type);
    const named = /"(?:type|requestType|responseType|keyType)":"(\w+)/g;
    for (const [, other = ''] of JSON.stringify(types[type]).matchAll(named)) keep(other);
  };
  for (const [service, methods] of called) {
    const all = inner(types, service, 'methods');
    if (!isRecord(all)) return;
    for (const method of Object.keys(all)) if (!methods.has(method)) delete all[method];
    keep(service);
  }
  for (const type of Object.keys(types)) if (!kept.has(type)) delete types[type];
  for (const version of Object.keys(versions)) if (version !== 'v1') delete versions[version];
}

export type ComputeClients = Awaited<ReturnType<typeof openClients>>;

/** Clients that reach Compute through this transport, and in no other way. */
export async function openClients(transport: ComputeTransport) {
  const { auth, place } = transport;
  // The clients take their description from the same cache of modules.
  prune(createRequire(import.meta.url)('@google-cloud/compute/build/protos/protos.json'));
  const [
    { InstancesClient },
    { DisksClient },
    { ZoneOperationsClient },
    { GlobalOperationsClient },
    { RegionInstanceTemplatesClient },
    { SnapshotsClient },
  ] = await Promise.all([
    import('@google-cloud/compute/build/src/v1/instances_client.js'),
    import('@google-cloud/compute/build/src/v1/disks_client.js'),
    import('@google-cloud/compute/build/src/v1/zone_operations_client.js'),
    import('@google-cloud/compute/build/src/v1/global_operations_client.js'),
    import('@google-cloud/compute/build/src/v1/region_instance_templates_client.js'),
    import('@google-cloud/compute/build/src/v1/snapshots_client.js'),
  ]);
  const options = { auth, fallback: true as const, ...place };
  const clients = {
    instances: new InstancesClient(options),
    disks: new DisksClient(options),
    operations: new ZoneOperationsClient(options),
    globalOperations: new GlobalOperationsClient(options),
    templates: new RegionInstanceTemplatesClient(options),
    snapshots: new SnapshotsClient(options),
  };
  // Lists are called past the method that would do it.
  await Promise.all([
    clients.instances.initialize(),
    clients.disks.initialize(),
    clients.snapshots.initialize(),
  ]);
  return clients;
}
