// A house for flow tests: its doors answer as told, its clock is moved by hand, its store is in memory.
import type { InstanceMemory } from '../../functions/domain/direct.ts';
import type { Shard } from '../../functions/domain/shard.ts';
import type { AskWitness, Ping, Poke } from '../../functions/cloud/cloud.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import type { WatchWorld } from '../../functions/flows/watch-world.ts';
import type { TickSummary } from '../../functions/flows/watch.ts';
import { watch } from '../../functions/flows/watch.ts';
import type { BoundProbe, ProbeRun } from '../../functions/probes/probe.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { HandoverStore, KeysReader, WatchStore } from '../../functions/stores/store.ts';
import { mortal, type Mortal } from './crash.ts';
import { badSample, goodSample, minute, start } from './site.ts';

const immortal = mortal(Number.POSITIVE_INFINITY, 'before');

export type House = {
  readonly shelf: Shelf;
  readonly clock: { now: () => number; sleep: () => Promise<void> };
  /** Ids of the targets that do not answer. */
  readonly broken: Set<string>;
  /** How often each target was probed. */
  readonly probed: Map<string, number>;
  /** The ports at which leased targets were probed, in order. */
  readonly ports: number[];
  /** By target, the port at which it answers; everywhere when it has none. */
  readonly listening: Map<string, number>;
  /** What was said of witnesses that gave no evidence. */
  readonly silences: readonly string[];
  readonly answer: (id: string, sample: Sample) => void;
  /** The next answers of a target, one for each probe; after them it answers as usual. */
  readonly queue: (id: string, samples: readonly Sample[]) => void;
  readonly moveTo: (at: number) => void;
  readonly tick: (options?: TickOptions) => Promise<TickSummary>;
};

export type TickOptions = {
  readonly stamp?: string;
  readonly life?: Mortal;
  readonly store?: WatchStore & HandoverStore;
  readonly poke?: Poke;
  readonly pokeProvision?: Poke;
  readonly keys?: KeysReader;
  readonly ping?: Ping;
  readonly shard?: Shard;
  readonly witnesses?: readonly AskWitness[];
};

/** All sites share the house's targets; references are those of the first. */
export function house(sites: readonly SiteRules[]): House {
  const shelf: Shelf = new Map();
  const broken = new Set<string>();
  const probed = new Map<string, number>();
  const ports: number[] = [];
  const listening = new Map<string, number>();
  const scripted = new Map<string, Sample>();
  const queued = new Map<string, Sample[]>();
  const instances = new Map<string, InstanceMemory>();
  const silences: string[] = [];
  let now = start;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const probe = (id: string, life: Mortal): BoundProbe => ({
    id,
    run: life.door(({ port }: ProbeRun): Promise<Sample> => {
      probed.set(id, (probed.get(id) ?? 0) + 1);
      if (port !== undefined) ports.push(port);
      if (port !== undefined && (listening.get(id) ?? port) !== port)
        return Promise.resolve(badSample('refused'));
      return Promise.resolve(
        queued.get(id)?.shift() ?? scripted.get(id) ?? (broken.has(id) ? badSample() : goodSample),
      );
    }),
  });
  const world = (options: TickOptions): WatchWorld => {
    const life = options.life ?? immortal;
    const probes = (rules: SiteRules, isReference: boolean): BoundProbe[] =>
      rules.targets
        .filter((target) => (target.role === 'reference') === isReference)
        .map((target) => probe(target.id, life));
    const [first] = sites;
    return {
      sites: sites.map((rules) => ({ rules, probes: probes(rules, false), sources: [] })),
      references: first === undefined ? [] : probes(first, true),
      store: life.door(options.store ?? openMemoryStore(shelf)),
      keys: options.keys ?? { readFlags: async () => new Map() },
      clock,
      pokeDeliver: options.poke === undefined ? null : life.door(options.poke),
      pokeProvision: options.pokeProvision === undefined ? null : life.door(options.pokeProvision),
      ping: options.ping ?? null,
      instances,
      witness:
        options.witnesses === undefined
          ? null
          : {
              ask: options.witnesses.map((ask) => life.door(ask)),
              onSilence: (site, why) => silences.push(`${site}: ${why}`),
            },
      concurrency: 100,
      deadlineMs: 20_000,
    };
  };
  return {
    shelf,
    clock,
    broken,
    probed,
    ports,
    listening,
    silences,
    answer: (id, sample) => scripted.set(id, sample),
    queue: (id, samples) => queued.set(id, [...samples]),
    moveTo: (at) => {
      now = at;
    },
    tick: (options = {}) =>
      watch(world(options), {
        stamp: options.stamp ?? new Date(Math.floor(now / minute) * minute).toISOString(),
        shard: options.shard ?? { index: 0, count: 1 },
        signal: new AbortController().signal,
      }),
  };
}
