// Which keys the chain has seen act since a moment: asked of the sources now, and of what the watchdog remembers.
import type { Handover } from './options.ts';

const timeoutMs = 20_000;

/** Positions of keys. Nothing that happened before counts. */
export async function seenSince({ world, chosen }: Handover, since: number): Promise<ReadonlySet<number>> {
  const { signer, site } = chosen;
  const run = {
    signal: AbortSignal.timeout(2 * timeoutMs),
    timeoutMs,
    now: world.clock.now,
    isDeep: true,
  };
  const query = [{ signer: signer.id, keys: signer.keys, trace: null }];
  const [answers, memory] = await Promise.all([
    Promise.all(world.sources(signer.id).map((source) => source.collect(query, run))),
    world.remembered.site(site.rules.id),
  ]);
  const now = answers.flatMap(({ reading: { trouble, signers } }) =>
    (trouble === null ? signers : []).flatMap(({ acts }) =>
      acts.flatMap(({ key, at }) => (at >= since ? [key] : [])),
    ),
  );
  const traces = memory.ok ? (memory.value?.state.signing[signer.id]?.traces ?? {}) : {};
  const before = Object.values(traces).flatMap(({ keys }) =>
    keys.flatMap(({ acts }, key) => (acts.some(({ at }) => at >= since) ? [key] : [])),
  );
  return new Set([...now, ...before]);
}
