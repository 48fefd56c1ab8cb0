// Tells a service outside how the tick went, at its very end: the one that notices when there are no ticks any more.
import type { Ping } from '../cloud/cloud.ts';
import type { Shard } from '../domain/shard.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { SiteOutcome } from './watch-site.ts';

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** One line that names sites, and nothing that an error said. */
function wordsOf(sites: readonly SiteOutcome[], latenessMs: number): { isGood: boolean; text: string } {
  const failed = sites.filter(({ outcome }) => outcome === 'error').map(({ site }) => site);
  const silent = sites.filter(({ isNobodyTold }) => isNobodyTold).map(({ site }) => site);
  const problems = [
    ...(failed.length === 0 ? [] : [`not taken in without an error: ${failed.join(', ')}`]),
    ...(silent.length === 0 ? [] : [`nobody can be told about: ${silent.join(', ')}`]),
  ];
  if (problems.length > 0) return { isGood: false, text: problems.join('; ') };
  return {
    isGood: true,
    text: `${some(sites.length, 'site')} taken in, ${Math.round(latenessMs / 1000)} s after its time`,
  };
}

type Went = {
  readonly sites: readonly SiteOutcome[];
  readonly latenessMs: number;
  readonly shard: Shard;
  readonly signal: AbortSignal;
};

/** A sentence when it was not told. Of several shards only the first says that all is well, so that the death of the others is not hidden. */
export async function pingOutside(ping: Ping | null, went: Went): Promise<string | null> {
  const { isGood, text } = wordsOf(went.sites, went.latenessMs);
  if (ping === null || (isGood && went.shard.index > 0)) return null;
  try {
    const result = await ping(went.signal, { isGood, text });
    return result.accepted ? null : `the service outside was not told: ${result.reason} ${result.detail}`;
  } catch (error) {
    return `the service outside was not told: ${redactText(describeError(error))}`;
  }
}
