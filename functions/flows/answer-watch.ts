// What `watch` does when it is called: a tick, or, between two ticks, taking in what people said about one site.
import { WatchdogError } from '../kit/error.ts';
import { createPoker } from './poker.ts';
import { takeInEvents } from './take-in-events.ts';
import { readWatchRequest } from './watch-request.ts';
import type { WatchWorld } from './watch-world.ts';
import { isGoodTick, watch } from './watch.ts';

export type WatchCall = {
  /** As it came. */
  readonly body: unknown;
  /** The scheduler's stamp, as it came. */
  readonly stamp: string | undefined;
  readonly signal: AbortSignal;
};

/** `summary` is the answer, and what is logged under `title`. */
export type WatchAnswer = {
  readonly isGood: boolean;
  readonly title: 'tick' | 'events';
  readonly summary: object;
  /** What went wrong and is no error. */
  readonly warnings: readonly string[];
};

async function takeIn(world: WatchWorld, id: string, signal: AbortSignal): Promise<WatchAnswer> {
  const site = world.sites.find((each) => each.rules.id === id);
  if (site === undefined) throw new WatchdogError('ERR_REQUEST', 'events names no site of this watchdog');
  const poker = createPoker({ poke: world.pokeDeliver, name: 'deliver' }, signal);
  const provisionPoker = createPoker({ poke: world.pokeProvision, name: 'provision' }, signal);
  const { store, clock } = world;
  const outcome = await takeInEvents({ rules: site.rules, store, clock, poker, provisionPoker });
  const [problem, unwoken] = await Promise.all([poker.finish(), provisionPoker.finish()]);
  const isGood = outcome.outcome !== 'error' && problem === null;
  const summary = { ...outcome, problems: problem === null ? [] : [problem] };
  return { isGood, title: 'events', summary, warnings: unwoken === null ? [] : [unwoken] };
}

/** Throws ERR_REQUEST for a body that asks for neither. */
export async function answerWatch(world: WatchWorld, call: WatchCall): Promise<WatchAnswer> {
  const { body, stamp, signal } = call;
  const wanted = readWatchRequest(body);
  if (wanted.kind === 'events') return takeIn(world, wanted.site, signal);
  const tick = await watch(world, { stamp, shard: wanted.shard, signal });
  return { isGood: isGoodTick(tick), title: 'tick', summary: tick, warnings: tick.warnings };
}
