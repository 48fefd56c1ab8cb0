// One tick of the watchdog: load, probe, judge, step, commit, poke. Decisions are domain's; this only gathers and acts.
import { qualityOf } from '../domain/confirm.ts';
import type { Sample } from '../domain/sample.ts';
import { isInShard, type Shard } from '../domain/shard.ts';
import { readTick, type Tick } from '../domain/tick.ts';
import { takeTurns } from '../kit/take-turns.ts';
import { pingOutside } from './ping-outside.ts';
import { areFailing, probeRound, type Round, type RoundNeeds } from './probe-round.ts';
import { createPoker, type Poker } from './poker.ts';
import { watchSite, type SiteOutcome } from './watch-site.ts';
import type { SiteRun, WatchWorld } from './watch-world.ts';

export type TickRequest = {
  /** The scheduler's stamp, as it came. */
  readonly stamp: string | undefined;
  readonly shard: Shard;
  readonly signal: AbortSignal;
};

/** What one tick came to; also its answer and its log line. */
export type TickSummary = {
  readonly at: number;
  readonly scheduledAt: number;
  readonly latenessMs: number;
  readonly stampReplaced: Tick['replaced'];
  readonly durationMs: number;
  readonly sites: readonly SiteOutcome[];
  readonly probes: number;
  readonly problems: readonly string[];
  /** What went wrong and is no error of the tick. */
  readonly warnings: readonly string[];
};

/** True when every site was taken in, or had been already. */
export const isGoodTick = (summary: TickSummary): boolean =>
  summary.sites.every((site) => site.outcome !== 'error') && summary.problems.length === 0;

function probeReferences(world: WatchWorld, needs: RoundNeeds): Pick<SiteRun, 'references' | 'hasNetwork'> {
  const probing = world.sites[0]?.rules.policy.probe;
  const { promise: hasNetwork, resolve } = Promise.withResolvers<boolean>();
  let round: Promise<Round> | undefined;
  const ask = async (): Promise<Round> => {
    if (probing === undefined) return { samples: {}, failures: [], wavering: [] };
    const onFirstLook = (_id: string, sample: Sample | null): void => {
      if (qualityOf(sample ?? undefined) === 'good') resolve(true);
    };
    return probeRound(world.references, () => 'good', { needs, probing, onFirstLook });
  };
  // Asked for once a site is known not to be a replay: a repeated tick must not cost a probe.
  const references = (): Promise<Round> =>
    (round ??= ask().then((answer) => {
      resolve(!areFailing(Object.values(answer.samples).map(qualityOf)));
      return answer;
    }));
  return {
    references,
    hasNetwork: async () => {
      await Promise.race([references(), hasNetwork]);
      return hasNetwork;
    },
  };
}

/** Runs one tick over the sites of a shard, side by side. One site's trouble never stops another's. */
export async function watch(world: WatchWorld, request: TickRequest): Promise<TickSummary> {
  const at = world.clock.now();
  const tick = readTick(request.stamp, at);
  const deadline = AbortSignal.timeout(world.deadlineMs);
  const signal = AbortSignal.any([request.signal, deadline]);
  const needs: RoundNeeds = { clock: world.clock, inTurn: takeTurns(world.concurrency), signal };
  const network = probeReferences(world, needs);
  const poker: Poker = createPoker({ poke: world.pokeDeliver, name: 'deliver' }, request.signal);
  const provisionPoker = createPoker({ poke: world.pokeProvision, name: 'provision' }, request.signal);
  const sites = world.sites.filter((site) => isInShard(site.rules.id, request.shard));

  const outcomes = await Promise.all(
    sites.map((site) => watchSite({ site, world, needs, ...network, poker, provisionPoker, tick, at })),
  );
  const [pokeProblem, unwoken] = await Promise.all([poker.finish(), provisionPoker.finish()]);
  const durationMs = world.clock.now() - at;
  const { latenessMs } = tick;
  const { shard } = request;
  const warning = await pingOutside(world.ping, {
    sites: outcomes,
    latenessMs,
    shard,
    signal: request.signal,
  });
  return {
    at,
    scheduledAt: tick.scheduledAt,
    latenessMs,
    stampReplaced: tick.replaced,
    durationMs,
    sites: outcomes,
    probes: outcomes.reduce((sum, outcome) => sum + outcome.probes, 0),
    problems: pokeProblem === null ? [] : [pokeProblem],
    // It is called each minute anyway.
    warnings: [warning, unwoken].filter((each) => each !== null),
  };
}
