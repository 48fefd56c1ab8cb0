// Binds the addresses of the witnesses to what `watch` asks them with.
import { httpWitness } from '../cloud/ask-witness.ts';
import type { Witnesses } from '../flows/watch-world.ts';
import type { Log } from '../kit/log.ts';

/** By `WITNESS_URLS`, separated by commas; null when there is none. */
export function bindWitnesses(
  variables: Readonly<Record<string, string | undefined>>,
  log: Log,
): Witnesses | null {
  const urls = (variables['WITNESS_URLS'] ?? '').split(',').flatMap((url) => url.trim() || []);
  if (urls.length === 0) return null;
  return {
    ask: urls.map((url) => httpWitness({ url })),
    onSilence: (site, why) => log.warn({ site }, why),
  };
}
