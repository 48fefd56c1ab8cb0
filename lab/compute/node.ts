// What pretend nodes do once their machine runs: boot, sync and say so, by the lab's clock at the moment at which somebody reads it.
import type { Clock } from '../../functions/kit/clock.ts';
import type { PretendCompute } from './compute.ts';
import type { Disk, Instance } from './resource.ts';
import { keyOf } from './world.ts';

export type NodesOptions = {
  readonly clock: Clock;
  /** From running to syncing; the agent speaks from half of it on. */
  readonly bootMs: number;
  /** From nothing to the head, at speed 1. */
  readonly syncMs: number;
};

/** Of one node, or of all that are there and will be when there is no name. */
export type Nodes = {
  /** Says and does nothing new from now on. */
  readonly hang: (on: boolean, name?: string) => void;
  /** Publishes this text instead of a report; null ends it. */
  readonly malformed: (text: string | null, name?: string) => void;
  /** Its clock is an hour ahead. */
  readonly fromTheFuture: (on: boolean, name?: string) => void;
  /** It says that it found keys. */
  readonly keysPresent: (on: boolean, name?: string) => void;
  /** It says that it failed, and why; null ends it. */
  readonly failing: (text: string | null, name?: string) => void;
  /** 0 stands still. */
  readonly speed: (factor: number, name?: string) => void;
  readonly stop: () => void;
};

type Mood = {
  hungAt: number | null;
  malformed: string | null;
  failing: string | null;
  isAhead: boolean;
  hasKeys: boolean;
  speed: number;
};
type Progress = { since: number; from: number; doneMs: number; syncedAt: number | null };

const everyMs = 10_000;
const aheadMs = 3_600_000;
/** From synced to wiped, where the template wants that. */
const wipeMs = 60_000;
/** What a snapshot spares a node, and how full of its disk a chain is. */
const warmShare = 0.95;
const fullShare = 0.6;
const text = {
  starting: 'waiting for the clients',
  syncing: 'syncing',
  synced: 'at the head',
  wiped: 'the clients are stopped, and no identity is left on the disk',
} as const;

const isToWipe = (instance: Instance): boolean =>
  instance.properties.metadata.items.some(
    ({ key, value }) => key === 'user-data' && /^\s*WIPE_WHEN_SYNCED=("?)yes\1\s*$/m.test(value),
  );

export function startNodes(compute: PretendCompute, { clock, bootMs, syncMs }: NodesOptions): Nodes {
  const all: Mood = {
    hungAt: null,
    malformed: null,
    failing: null,
    isAhead: false,
    hasKeys: false,
    speed: 1,
  };
  const own = new Map<string, Partial<Mood>>();
  const progress = new Map<string, Progress>();
  const dataDiskOf = ({ zone, disks }: Instance): Disk | undefined => {
    const name = disks.find(({ deviceName }) => deviceName === 'chain')?.name ?? '';
    return compute.world.disks.get(keyOf({ zone, name }));
  };
  const moodOf = (name: string): Mood => ({ ...all, ...own.get(name) });

  /** Brings what it has synced up to this time, at the speed that it has had. */
  const advance = (instance: Instance, at: number): Progress => {
    const since = instance.runningSince ?? at;
    const isWarm = (dataDiskOf(instance)?.snapshot ?? null) !== null;
    const begun = { since, from: since + bootMs, doneMs: isWarm ? warmShare * syncMs : 0, syncedAt: null };
    const known: Progress = progress.get(instance.id) ?? begun;
    // After a stop it boots again, and goes on from what is on its disk.
    if (known.since !== since) Object.assign(known, { since, from: since + bootMs });
    if (at > known.from) {
      const { speed } = moodOf(instance.name);
      const leftMs = syncMs - known.doneMs;
      const isThere = (at - known.from) * speed >= leftMs;
      if (isThere) known.syncedAt ??= known.from + (leftMs === 0 ? 0 : leftMs / speed);
      known.doneMs = isThere ? syncMs : known.doneMs + (at - known.from) * speed;
      known.from = at;
    }
    progress.set(instance.id, known);
    return known;
  };

  const report = (instance: Instance, at: number): object => {
    const mood = moodOf(instance.name);
    const { doneMs, syncedAt } = advance(instance, at);
    const since = instance.runningSince ?? at;
    const isWiped = syncedAt !== null && at >= syncedAt + wipeMs && isToWipe(instance);
    const working = at - since < bootMs ? 'starting' : doneMs < syncMs ? 'syncing' : 'synced';
    const usual = isWiped ? 'wiped' : working;
    const state = mood.failing === null ? usual : 'failing';
    const runs = usual === 'syncing' || usual === 'synced';
    const share = syncMs === 0 ? 1 : doneMs / syncMs;
    const disk = dataDiskOf(instance);
    const usedGib = disk === undefined ? null : Math.round(fullShare * share * disk.gib);
    if (disk !== undefined) disk.usedGib = usedGib;
    const leftMs = mood.speed === 0 ? null : (syncMs - doneMs) / mood.speed;
    return {
      version: 1,
      at: new Date(mood.isAhead ? at + aheadMs : at).toISOString(),
      keys: mood.hasKeys ? 'present' : 'absent',
      state,
      percent: !runs ? null : Math.floor(share * 1000) / 10,
      etaSeconds: state !== 'syncing' || leftMs === null ? null : Math.ceil(leftMs / 1000),
      peers: !runs ? 0 : Math.min(50, 3 + Math.floor((at - since) / everyMs)),
      head: !runs ? null : Math.floor(20_000_000 * share),
      software: 'geth 1.16.9, lighthouse 7.1',
      usedGib,
      text: mood.failing ?? text[usual],
    };
  };

  const write = (instance: Instance, at: number): void => {
    const since = instance.runningSince;
    if (since === null) return;
    const mood = moodOf(instance.name);
    const until = Math.max(since, Math.min(at, mood.hungAt ?? at));
    // It speaks each ten seconds, counted from its start.
    const spokeAt = since + Math.floor((until - since) / everyMs) * everyMs;
    const hour = (when: number): string => new Date(when).toISOString().slice(11, 19);
    instance.console = [
      `[    0.000000] Linux version 6.1.0-cloud-amd64 (debian)`,
      `${hour(since)} ${instance.name} systemd[1]: Reached target multi-user.target`,
      ...(spokeAt - since >= bootMs / 2 ? [`${hour(since + bootMs / 2)} agent: started`] : []),
      ...(mood.failing === null ? [] : [`${hour(spokeAt)} agent: ${mood.failing}`]),
      ...(mood.hungAt === null
        ? []
        : [`${hour(until)} kernel: INFO: task geth:812 blocked for more than 120 seconds`]),
    ].join('\r\n');
    if (spokeAt - since < bootMs / 2) return;
    instance.guest.set('watchdog/report', mood.malformed ?? JSON.stringify(report(instance, spokeAt)));
  };
  compute.world.publishers.push(write);

  const set = (name: string | undefined, change: Partial<Mood>): void => {
    const now = clock.now();
    for (const instance of compute.instances()) if (instance.runningSince !== null) advance(instance, now);
    if (name === undefined) {
      Object.assign(all, change);
      for (const mood of own.values())
        for (const key of Object.keys(change)) Reflect.deleteProperty(mood, key);
    } else own.set(name, { ...own.get(name), ...change });
  };
  return {
    hang: (on, name) => {
      set(name, { hungAt: on ? clock.now() : null });
    },
    malformed: (given, name) => {
      set(name, { malformed: given });
    },
    fromTheFuture: (on, name) => {
      set(name, { isAhead: on });
    },
    keysPresent: (on, name) => {
      set(name, { hasKeys: on });
    },
    failing: (given, name) => {
      set(name, { failing: given });
    },
    speed: (factor, name) => {
      set(name, { speed: factor });
    },
    stop: () => {
      compute.world.publishers.splice(compute.world.publishers.indexOf(write), 1);
    },
  };
}
