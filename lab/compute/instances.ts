// What can be asked of a machine of the pretend Compute Engine once it is there.
import { z } from 'zod';
import { scheduleEnd, takeAway } from './course.ts';
import { beginOperation, type Order, remembered } from './operations.ts';
import { invalid, noCapacity, notFound, notReady, Refusal } from './refusal.ts';
import { type Instance, type Operation, schedulingShape } from './resource.ts';
import { fingerprint, instancePath } from './show.ts';
import { keyOf, type World } from './world.ts';

type Asked = { readonly zone: string; readonly name: string; readonly requestId: string | null };
type Labelled = { labels: Record<string, string> };

export function instanceAt(world: World, place: { readonly zone: string; readonly name: string }): Instance {
  world.regionOf(place.zone);
  const instance = world.instances.get(keyOf(place));
  if (instance === undefined || !instance.isListed) {
    throw notFound(instancePath(world, place.zone, place.name));
  }
  return instance;
}

const badUse = (why: string): Refusal =>
  new Refusal(400, { reason: 'invalidResourceUsage', message: `Invalid resource usage: '${why}'.` });

/** One operation on a machine that is there; `check` throws what Compute would refuse at once. */
function change(
  world: World,
  asked: Asked,
  order: Pick<Order, 'type'> & {
    readonly ms: number;
    readonly check?: (instance: Instance, target: string) => void;
    readonly begin?: (instance: Instance, at: number) => void;
    readonly end: (instance: Instance, at: number) => void;
    readonly fails?: Operation['error'];
  },
): Operation {
  const target = instancePath(world, asked.zone, asked.name);
  const { type, ms, fails = null } = order;
  const before = remembered(world, { requestId: asked.requestId, type, target });
  if (before !== null) return before;
  const instance = instanceAt(world, asked);
  order.check?.(instance, target);
  return beginOperation(world, {
    type,
    ms,
    fails,
    target,
    zone: asked.zone,
    targetId: instance.id,
    requestId: asked.requestId,
    begin: (at) => order.begin?.(instance, at),
    end: (at) => {
      order.end(instance, at);
    },
  });
}

export const deleteInstance = (world: World, asked: Asked): Operation =>
  change(world, asked, {
    type: 'delete',
    ms: world.timing.deleteMs,
    check: (instance, target) => {
      if (instance.isProtected) {
        throw badUse("Resource cannot be deleted if it's protected against deletion.");
      }
      if (instance.status === 'STOPPING') throw notReady(target);
    },
    begin: (instance) => {
      instance.status = 'STOPPING';
      instance.runningSince = null;
    },
    end: (instance) => {
      takeAway(world, instance);
    },
  });

export const stopInstance = (world: World, asked: Asked): Operation =>
  change(world, asked, {
    type: 'stop',
    ms: world.timing.otherMs,
    begin: (instance) => {
      if (instance.status === 'RUNNING') instance.status = 'STOPPING';
      instance.runningSince = null;
    },
    end: (instance) => {
      instance.status = 'TERMINATED';
    },
  });

export function startInstance(world: World, asked: Asked): Operation {
  const isOut = world.faults.stockOuts.has(asked.zone);
  return change(world, asked, {
    type: 'start',
    ms: world.timing.insertMs,
    check: (instance, target) => {
      if (instance.status === 'STOPPING') throw notReady(target);
    },
    fails: isOut
      ? {
          code: 'ZONE_RESOURCE_POOL_EXHAUSTED',
          message: noCapacity(world.zonePath(asked.zone)),
          http: 503,
        }
      : null,
    end: (instance, at) => {
      if (isOut || instance.status === 'RUNNING') return;
      instance.status = 'RUNNING';
      instance.runningSince = at;
      scheduleEnd(world, instance);
    },
  });
}

export const setScheduling = (world: World, asked: Asked & { readonly body: unknown }): Operation => {
  const read = schedulingShape.safeParse(asked.body);
  if (!read.success) throw invalid('resource', '', 'It is no scheduling.');
  return change(world, asked, {
    type: 'setScheduling',
    ms: world.timing.otherMs,
    check: (instance) => {
      if (instance.status !== 'TERMINATED') {
        throw badUse('Scheduling can only be changed while the instance is TERMINATED.');
      }
    },
    end: (instance) => {
      instance.scheduling = read.data;
    },
  });
};

export const setDeletionProtection = (
  world: World,
  asked: Asked & { readonly isProtected: boolean },
): Operation =>
  change(world, asked, {
    type: 'setDeletionProtection',
    ms: world.timing.otherMs,
    end: (instance) => {
      instance.isProtected = asked.isProtected;
    },
  });

export const setDiskAutoDelete = (
  world: World,
  asked: Asked & { readonly deviceName: string; readonly goes: boolean },
): Operation =>
  change(world, asked, {
    type: 'setDiskAutoDelete',
    ms: world.timing.otherMs,
    check: (instance) => {
      if (!instance.disks.some(({ deviceName }) => deviceName === asked.deviceName)) {
        throw invalid('deviceName', asked.deviceName, 'There is no disk of that device name.');
      }
    },
    end: (instance) => {
      for (const disk of instance.disks)
        if (disk.deviceName === asked.deviceName) disk.autoDelete = asked.goes;
    },
  });

const labelBody = z.object({ labels: z.record(z.string(), z.string()), labelFingerprint: z.string() });

/** The labels that somebody wants a thing to have, who must know what it has. */
export function newLabels(of: Labelled, body: unknown): Record<string, string> {
  const read = labelBody.safeParse(body);
  if (!read.success) throw invalid('resource', '', 'It has no labels, or no labelFingerprint.');
  if (read.data.labelFingerprint !== fingerprint(of.labels)) {
    throw new Refusal(412, {
      reason: 'conditionNotMet',
      message: 'Labels fingerprint either invalid or resource labels have changed',
    });
  }
  return read.data.labels;
}

export const setInstanceLabels = (world: World, asked: Asked & { readonly body: unknown }): Operation => {
  let wanted: Record<string, string> = {};
  return change(world, asked, {
    type: 'setLabels',
    ms: world.timing.otherMs,
    check: (instance) => {
      wanted = newLabels(instance, asked.body);
    },
    end: (instance) => {
      instance.labels = wanted;
    },
  });
};
