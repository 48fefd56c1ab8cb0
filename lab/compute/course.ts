// How a machine of the pretend Compute Engine ends or stops, whoever wants it: a person, Compute itself, or its time.
import type { Instance } from './resource.ts';
import { keyOf, type World } from './world.ts';

/** Takes it away, with those disks that go with it. */
export function takeAway(world: World, instance: Instance): void {
  const { zone } = instance;
  if (world.instances.get(keyOf(instance)) !== instance) return;
  world.instances.delete(keyOf(instance));
  for (const { name, autoDelete } of instance.disks) {
    const disk = world.disks.get(keyOf({ zone, name }));
    if (autoDelete) world.disks.delete(keyOf({ zone, name }));
    else if (disk !== undefined) disk.user = null;
  }
}

/** Compute ends it, protected or not: stopped or deleted, as its scheduling says. */
function endByCompute(world: World, instance: Instance, at: number): void {
  if (instance.status !== 'RUNNING') return;
  instance.status = 'STOPPING';
  instance.runningSince = null;
  world.later(at + world.timing.otherMs, () => {
    if (instance.scheduling.instanceTerminationAction === 'DELETE') takeAway(world, instance);
    else instance.status = 'TERMINATED';
  });
}

/** A machine that may run only so long is ended when that is over. */
export function scheduleEnd(world: World, instance: Instance): void {
  const since = instance.runningSince;
  const seconds = instance.scheduling.maxRunDuration?.seconds;
  if (since === null || seconds === undefined) return;
  world.later(since + Number(seconds) * 1000, (at) => {
    if (instance.runningSince === since) endByCompute(world, instance, at);
  });
}

/** Takes the capacity of a preemptible machine away. Throws for any other. */
export function preemptInstance(world: World, instance: Instance): void {
  const { preemptible, provisioningModel } = instance.scheduling;
  if (!preemptible && provisioningModel !== 'SPOT') throw new Error(`${instance.name} is not preemptible`);
  instance.isPreempted = true;
  endByCompute(world, instance, world.settle());
}
