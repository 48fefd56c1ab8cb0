// What the witness does when it is asked: it looks at targets from where it stands, and says how each is and nothing more.
import type { Quality } from '../domain/facts.ts';
import type { LeaseRules } from '../domain/lease.ts';
import type { Policy, SiteRules } from '../domain/policy.ts';
import type { Testimony } from '../domain/witness.ts';
import type { Clock } from '../kit/clock.ts';
import { takeTurns } from '../kit/take-turns.ts';
import type { BoundProbe } from '../probes/probe.ts';
import { areFailing, lookFresh, type RoundNeeds } from './probe-round.ts';
import { readWitnessRequest, type TargetName } from './witness-request.ts';

export type WitnessWorld = {
  readonly sites: readonly { readonly rules: SiteRules; readonly probes: readonly BoundProbe[] }[];
  /** Hosts that show whether its own network works. */
  readonly references: readonly BoundProbe[];
  readonly clock: Clock;
  /** How many probes may be under way at once. */
  readonly concurrency: number;
  /** It ends its probes after this many real milliseconds; what is not answered then is unknown. */
  readonly deadlineMs: number;
};

export type WitnessCall = {
  /** As it came. */
  readonly body: unknown;
  readonly signal: AbortSignal;
};

type Looked = TargetName & { readonly quality: Quality };

function lookAtAll(
  probes: readonly BoundProbe[],
  probing: Policy['probe'] | undefined,
  needs: RoundNeeds,
): Promise<readonly Quality[]> {
  if (probing === undefined) return Promise.resolve([]);
  return Promise.all(probes.map((probe) => lookFresh(probe, { needs, probing })));
}

/** Whoever asks may name a port of a target that is leased, within its range, and of no other. */
const mayBeAt = (lease: LeaseRules | null, port: number | undefined): boolean =>
  lease === null
    ? port === undefined
    : port !== undefined && ((port >= lease.from && port <= lease.to) || port === lease.fallback);

async function lookAt(name: TargetName, world: WitnessWorld, needs: RoundNeeds): Promise<Looked> {
  const site = world.sites.find(({ rules }) => rules.id === name.site);
  const probe = site?.probes.find(({ id }) => id === name.target);
  // It may have another version of the configuration than whoever asks.
  if (site === undefined || probe === undefined) return { ...name, quality: 'unknown' };
  const { lease = null } = site.rules.targets.find(({ id }) => id === name.target) ?? {};
  if (!mayBeAt(lease, name.port)) return { ...name, quality: 'unknown' };
  const { port } = name;
  const placed: BoundProbe =
    port === undefined ? probe : { id: probe.id, run: (run) => probe.run({ ...run, port }) };
  return { ...name, quality: await lookFresh(placed, { needs, probing: site.rules.policy.probe }) };
}

function bySite(looked: readonly Looked[]): Testimony['qualities'] {
  const sites = Map.groupBy(looked, ({ site }) => site);
  return Object.fromEntries(
    [...sites].map(([site, targets]) => [
      site,
      Object.fromEntries(targets.map(({ target, quality }) => [target, quality])),
    ]),
  );
}

/** One of each, in the order in which they were asked for. */
const distinct = (names: readonly TargetName[]): TargetName[] => [
  ...new Map(names.map((name) => [`${name.site}/${name.target}`, name])).values(),
];

/** Throws ERR_REQUEST for a body that asks for nothing; else it never rejects for what a network does. */
export async function answerWitness(world: WitnessWorld, call: WitnessCall): Promise<Testimony> {
  const names = distinct(readWitnessRequest(call.body));
  const needs: RoundNeeds = {
    clock: world.clock,
    inTurn: takeTurns(world.concurrency),
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(world.deadlineMs)]),
  };
  const probing = world.sites[0]?.rules.policy.probe;
  const lookAtReferences = (): Promise<readonly Quality[]> => lookAtAll(world.references, probing, needs);
  const [before, looked] = await Promise.all([
    lookAtReferences(),
    Promise.all(names.map((name) => lookAt(name, world, needs))),
  ]);
  // Its network may have gone while it looked: bad news counts only if it worked before and after.
  const hasBadNews = looked.some(({ quality }) => quality === 'bad');
  const isBlind = areFailing(before) || (hasBadNews && areFailing(await lookAtReferences()));
  return {
    isBlind,
    qualities: bySite(isBlind ? looked.map((each) => ({ ...each, quality: 'unknown' })) : looked),
  };
}
