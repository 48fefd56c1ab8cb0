// What `provision` needs, and what one run of it carries along.
import type { Compute } from '../cloud/cloud.ts';
import type { ChainName } from '../domain/chain.ts';
import type { Drill } from '../domain/drill/drill.ts';
import { costPerHour, monthOf, runningSpan, type Span } from '../domain/standby/cost.ts';
import type { Together } from '../domain/standby/brake.ts';
import { activeWanting } from '../domain/standby/phase.ts';
import type { StandbyRules } from '../domain/standby/rules.ts';
import type { Fleet, Orphan, Standby } from '../domain/standby/standby.ts';
import type { Clock } from '../kit/clock.ts';
import type { InTurn } from '../kit/take-turns.ts';
import type { KeysReader, ReadStore, Standbys, StandbyStore } from '../stores/store.ts';

export type ProvisionWorld = {
  readonly store: StandbyStore & Pick<ReadStore, 'readSites'>;
  readonly keys: KeysReader;
  /** It may load what it needs at its first call: in peace there is none. */
  readonly compute: Compute;
  readonly clock: Clock;
  readonly rules: StandbyRules;
  /** All sites that are configured. */
  readonly sites: readonly {
    readonly id: string;
    readonly signers: readonly { readonly id: string; readonly chain: ChainName }[];
  }[];
  /** A new UUID. */
  readonly newId: () => string;
  /** By the clock: after it nothing is begun. */
  readonly budgetMs: number;
  /** By the clock; it outlasts the budget and the longest single call. */
  readonly leaseMs: number;
  /** A machine that has run for so long is told of at each run. */
  readonly oldAfterMs: number;
  /** How many calls of Compute may be under way at once; 6 by default, for each costs memory. */
  readonly concurrency?: number;
};

export type Run = {
  readonly world: ProvisionWorld;
  readonly signal: AbortSignal;
  readonly inTurn: InTurn;
  readonly hasTime: () => boolean;
  /** False once the lease may be somebody else's: then nothing is asked of Compute any more. */
  readonly mayAct: () => boolean;
  /** The standbys as they are known at this moment, by signer; what is being written is in it already. */
  known: Map<string, Standby>;
  /** Drills that are asked for or under way, by signer, likewise. */
  drills: Map<string, Drill>;
  fleet: Fleet;
  orphans: readonly Orphan[];
  broken: readonly string[];
  dark: readonly number[] | null;
  /** What was done, by signer. */
  readonly did: Map<string, string[]>;
  readonly errors: Set<string>;
};

export const mostRounds = 8;
const firstPauseMs = 2_000;
const longestPauseMs = 5_000;

/** False when the run ended meanwhile. */
export async function rests({ world, signal }: Run, count: number): Promise<boolean> {
  try {
    await world.clock.sleep(Math.min(longestPauseMs, firstPauseMs * 1.5 ** (count - 1)), signal);
    return true;
  } catch {
    return false;
  }
}

/** What lies in the store is known from now on. */
export function takeIn(run: Run, { standbys, drills, broken }: Standbys): void {
  run.known = new Map(standbys.map((standby) => [standby.signer, standby]));
  run.drills = new Map(drills.map((drill) => [drill.signer, drill]));
  run.broken = broken;
  for (const sentence of broken) run.errors.add(sentence);
}

const named = 'drill ';
/** By which what is done about a drill is told. */
export const drillName = (signer: string): string => `${named}${signer}`;
/** The signers of all drills of which something is told. */
export const drillsIn = (names: Iterable<string>): string[] =>
  [...names].flatMap((name) => (name.startsWith(named) ? [name.slice(named.length)] : []));

export function noteDone(run: Run, signer: string, what: string): void {
  run.did.set(signer, [...(run.did.get(signer) ?? []), what]);
}

/** Null when the signer is not configured. */
export const chainOf = ({ sites }: ProvisionWorld, signer: string): ChainName | null =>
  sites.flatMap(({ signers }) => signers).find(({ id }) => id === signer)?.chain ?? null;

/** What an orphan costs: by the chain of its signer, and where that is not known as much as the dearest node. */
export function orphanSpan(
  world: ProvisionWorld,
  orphan: Pick<Orphan, 'signer' | 'firstSeenAt'>,
  at: number,
): Span {
  const { nodes, prices } = world.rules;
  const chain = orphan.signer === null ? null : chainOf(world, orphan.signer);
  const own = chain === null ? undefined : nodes[chain];
  const all = own === undefined ? Object.values(nodes) : [own];
  const perHour = Math.max(0, ...all.map((node) => costPerHour(node, prices)));
  return { from: orphan.firstSeenAt, until: at, perHour };
}

/** What the brake goes by at this moment. */
export function togetherOf(run: Run, at: number): Together {
  const { world, known, drills, fleet, orphans, broken, dark } = run;
  const machines = orphans.filter(({ kind }) => kind === 'instance');
  const isOfDrill = ({ name }: Orphan): boolean => name.startsWith(`${world.rules.prefix}-drill-`);
  const running = [...drills.values()].flatMap((drill) => drill.run ?? []);
  const wanted = [...known.values()].filter(
    (each) => activeWanting({ ...each, chain: chainOf(world, each.signer), rules: world.rules, at }) !== null,
  );
  return {
    standbys: [...known.values()],
    // Behind a drill that cannot be read is a node that ends by itself.
    broken: broken.filter((sentence) => !sentence.startsWith('standbys/_drill.')).length,
    // What a drill has left behind ends by itself, and keeps no standby back.
    drills: [
      ...running.flatMap(({ seen }) => runningSpan(seen, at) ?? []),
      ...machines.filter(isOfDrill).map((orphan) => orphanSpan(world, orphan, at)),
    ],
    wanted: wanted.map(({ signer }) => signer),
    orphans: machines.filter((orphan) => !isOfDrill(orphan)).map((orphan) => orphanSpan(world, orphan, at)),
    spent: fleet.spent[monthOf(at)] ?? 0,
    sites: world.sites.length,
    dark,
  };
}
