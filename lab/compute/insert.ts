// A machine from a template: what is refused at once, what goes wrong later, and how it comes to run.
import { z } from 'zod';
import { lastOf } from './disks.ts';
import { beginOperation, remembered } from './operations.ts';
import {
  alreadyExists,
  invalid,
  noCapacity,
  notFound,
  quotaExceeded,
  Refusal,
  stockedOut,
} from './refusal.ts';
import { type Disk, type Instance, type Operation, type Properties, propertiesShape } from './resource.ts';
import { scheduleEnd } from './course.ts';
import { diskPath, instancePath } from './show.ts';
import { snapshotFor } from './snapshots.ts';
import { keyOf, type World } from './world.ts';

const name = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const body = z.looseObject({ name: z.string() });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396, as Compute says that it lays a body over a template: objects are merged, lists replaced, null takes away. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

export type InsertRequest = {
  readonly zone: string;
  readonly requestId: string | null;
  readonly template: string | null;
  readonly body: unknown;
};

function propertiesOf(world: World, region: string, asked: InsertRequest): Properties {
  let from: unknown = {};
  if (asked.template !== null) {
    const path = asked.template.replace(/^https:\/\/[^/]+\/compute\/v1\//, '');
    const found = /^projects\/([^/]+)\/regions\/([^/]+)\/instanceTemplates\/([^/]+)$/.exec(path);
    const template = world.templates.get(`${found?.[2] ?? ''}/${found?.[3] ?? ''}`);
    if (template === undefined || found?.[1] !== world.project) throw notFound(path);
    if (template.region !== region) {
      throw invalid('sourceInstanceTemplate', path, 'The template is of another region than the zone.');
    }
    from = template.properties;
  }
  const read = propertiesShape.safeParse(mergePatch(from, asked.body));
  if (!read.success) throw invalid('resource', '', z.prettifyError(read.error));
  return read.data;
}

/** What of the region's quota is used: machines that there are, stopped ones too. */
export const usedIn = (world: World, region: string): number =>
  [...world.instances.values()].filter((each) => world.regionOf(each.zone) === region).length;

/** What the operation will end with, null when the machine will run. What is said at once is thrown. */
function fate(world: World, zone: string, region: string): Operation['error'] {
  const { stockOuts, quotas, failing } = world.faults;
  const quota = quotas.get(region);
  if (quota !== undefined && usedIn(world, region) >= quota.limit) {
    const refusal = quotaExceeded('INSTANCES', quota.limit, region);
    if (quota.how === 'answer') throw refusal;
    return { code: 'QUOTA_EXCEEDED', message: refusal.message, http: 403 };
  }
  const stockOut = stockOuts.get(zone);
  if (stockOut === 'answer') throw stockedOut(world.zonePath(zone));
  if (stockOut === 'operation') {
    return { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: noCapacity(world.zonePath(zone)), http: 503 };
  }
  if (failing.count > 0) {
    failing.count -= 1;
    return { code: failing.code, message: failing.message, http: 400 };
  }
  return null;
}

type NewDisk = {
  readonly attached: Instance['disks'][number];
  readonly made: Pick<Disk, 'name' | 'gib' | 'type' | 'labels' | 'snapshot' | 'usedGib'>;
};

const sentDisk = z.looseObject({
  source: z.string().optional(),
  initializeParams: z
    .looseObject({
      diskType: z.string().optional(),
      sourceImage: z.string().optional(),
      sourceSnapshot: z.string().optional(),
    })
    .optional(),
});
const sentDisks = z.looseObject({ disks: z.array(sentDisk).default([]) });

/** What of a body's disks a template may say, and an insert may not. */
function checkSent(sent: unknown): void {
  const read = sentDisks.safeParse(sent);
  if (!read.success) throw invalid('resource.disks', '', z.prettifyError(read.error));
  for (const [index, { source, initializeParams: given }] of read.data.disks.entries()) {
    const field = `resource.disks[${index}]`;
    if (given === undefined) continue;
    const { diskType, sourceImage, sourceSnapshot } = given;
    if (source !== undefined) {
      throw invalid(field, '', "Cannot specify both 'source' and 'initializeParams'.");
    }
    if (diskType !== undefined && !diskType.includes('/')) {
      throw invalid(`${field}.initializeParams.diskType`, diskType, 'The URL is malformed.');
    }
    if (sourceImage !== undefined && sourceSnapshot !== undefined) {
      throw invalid(
        `${field}.initializeParams`,
        '',
        "Cannot specify both 'sourceImage' and 'sourceSnapshot'.",
      );
    }
  }
}

const disksOf = (world: World, instance: string, properties: Properties): NewDisk[] =>
  properties.disks.map(({ boot, autoDelete, deviceName, type, initializeParams: given }, index) => {
    const name = given.diskName ?? (boot ? instance : `${instance}-${deviceName ?? String(index)}`);
    const gib = Number(given.diskSizeGb);
    const { sourceSnapshot: source } = given;
    const snapshot = source === undefined ? null : snapshotFor(world, { source, gib, index });
    return {
      attached: { name, deviceName: deviceName ?? `persistent-disk-${index}`, type, boot, autoDelete },
      made: {
        name,
        gib,
        type: lastOf(given.diskType),
        labels: given.labels ?? {},
        snapshot: snapshot?.name ?? null,
        usedGib: snapshot?.storedGib ?? null,
      },
    };
  });

export function insertInstance(world: World, asked: InsertRequest): Operation {
  const { zone, requestId } = asked;
  const region = world.regionOf(zone);
  const read = body.safeParse(asked.body);
  if (!read.success || !name.test(read.data.name)) {
    throw invalid('resource.name', read.data?.name ?? '', `Must be a match of regex '${name.source}'`);
  }
  const instanceName = read.data.name;
  const target = instancePath(world, zone, instanceName);
  const before = remembered(world, { requestId, type: 'insert', target });
  if (before !== null) return before;
  checkSent(asked.body);
  const properties = propertiesOf(world, region, asked);
  const key = keyOf({ zone, name: instanceName });
  if (world.instances.has(key)) throw alreadyExists(target);
  const all = disksOf(world, instanceName, properties);
  const disks = all.flatMap(({ attached, made }) => (attached.type === 'SCRATCH' ? [] : made));
  const taken = disks.find((disk) => world.disks.has(keyOf({ zone, name: disk.name })));
  if (taken !== undefined) throw alreadyExists(diskPath(world, zone, taken.name));
  const fails = fate(world, zone, region);

  const id = world.newId();
  const instance: Instance = {
    id,
    name: instanceName,
    zone,
    createdAt: world.settle(),
    machine: lastOf(properties.machineType),
    properties,
    status: 'PROVISIONING',
    isListed: false,
    runningSince: null,
    labels: properties.labels,
    scheduling: properties.scheduling,
    isProtected: properties.deletionProtection,
    isPreempted: false,
    disks: all.map(({ attached }) => attached),
    guest: new Map(),
    console: '',
  };
  world.instances.set(key, instance);
  const isThere = (): boolean => world.instances.get(key) === instance;
  const forget = (): void => {
    if (isThere()) world.instances.delete(key);
    for (const disk of disks) {
      const there = world.disks.get(keyOf({ zone, name: disk.name }));
      if (there === undefined) continue;
      if (world.faults.leavesDisks) there.user = null;
      else world.disks.delete(keyOf({ zone, name: disk.name }));
    }
  };
  const operation = beginOperation(world, {
    type: 'insert',
    zone,
    target,
    targetId: id,
    requestId,
    ms: world.timing.insertMs,
    fails,
    begin: (at) => {
      instance.isListed = true;
      for (const disk of disks) {
        const made = { ...disk, id: world.newId(), zone, createdAt: at, user: instanceName };
        world.disks.set(keyOf({ zone, name: disk.name }), made);
      }
      world.later(at + world.timing.insertMs / 2, () => {
        if (isThere() && instance.status === 'PROVISIONING') instance.status = 'STAGING';
      });
    },
    end: (at) => {
      if (fails !== null) {
        forget();
        return;
      }
      if (!isThere() || instance.status === 'STOPPING') {
        throw new Refusal(400, {
          reason: 'resourceNotReady',
          message: `The resource '${target}' is not ready`,
        });
      }
      instance.status = 'RUNNING';
      instance.runningSince = at;
      scheduleEnd(world, instance);
    },
  });
  return operation;
}
