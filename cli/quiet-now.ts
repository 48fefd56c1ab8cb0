// Asks the sources of a signer's chain once, now, what it has ahead.
import { createChains } from '../functions/chains/run.ts';
import type { SiteConfig } from '../functions/config/config.ts';
import { bindSites } from '../functions/entry/sites.ts';
import { lookAhead, type LookedAhead } from '../functions/flows/look-ahead.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { takeTurns } from '../functions/kit/take-turns.ts';
import { secretReader } from '../functions/kit/secret.ts';
import type { Context } from './context.ts';

/** A signer of the configuration, and the site that has it. */
export type Chosen = { readonly site: SiteConfig; readonly signer: SiteConfig['rules']['signers'][number] };

/** What is asked is small; whoever has not answered by then is no help to a person who waits. */
const timeoutMs = 20_000;
const concurrency = 100;

/** Never rejects for what a network can do. */
export async function lookNow(
  { site, signer }: Chosen,
  network: Environment['network'],
  { context, needMs }: { readonly context: Context; readonly needMs: number },
): Promise<LookedAhead> {
  const { clock, terminal, variables } = context;
  const begunAt = clock.now();
  // Secrets of other targets may be missing here.
  const asked = { ...site, targets: [], sources: site.sources.filter(({ chain }) => chain === signer.chain) };
  const binding = { network, secret: secretReader(variables), chains: createChains() };
  const sources = bindSites([asked], binding).flatMap((bound) => bound.sources);
  const done = terminal.progress(
    () => `asking ${sources.length} sources, ${Math.round((clock.now() - begunAt) / 1000)} s`,
  );
  try {
    const needs = { clock, inTurn: takeTurns(concurrency), signal: AbortSignal.timeout(2 * timeoutMs) };
    return await lookAhead(sources, { signer, needs, timeoutMs, needMs });
  } finally {
    done();
  }
}
