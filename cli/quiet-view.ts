// How the answer of `watchdog quiet` is shown: words for people, JSON for scripts.
import type { LookedAhead } from '../functions/flows/look-ahead.ts';
import { type QuietAbout, quietLines, quietTone, quietWords } from '../functions/views/quiet.ts';
import type { Chosen } from './quiet-now.ts';
import type { Terminal } from './terminal.ts';

export function showQuiet(
  { signer }: Chosen,
  { at, quiet, readings, failures }: LookedAhead,
  { terminal, needMs }: { readonly terminal: Terminal; readonly needMs: number },
): void {
  const { print, complain, timezone } = terminal;
  const { verdict } = quiet;
  const about: QuietAbout = { chain: signer.chain, keys: signer.keys, at, needMs, timezone };
  const keys = `${signer.keys.length} key${signer.keys.length === 1 ? '' : 's'}`;
  print(
    { style: 'strong', text: signer.id },
    ` (${signer.chain}, ${keys}): `,
    { style: quietTone[verdict], text: verdict },
    `, ${quietWords(quiet, about)}`,
  );
  for (const line of quietLines(quiet, about)) print(`  ${line}`);
  for (const { source, operator, trouble } of readings) {
    const words = trouble === null ? 'answered' : `does not count: ${trouble.reason}, ${trouble.detail}`;
    print({ style: 'dim', text: `  source ${source} (${operator}): ${words}` });
  }
  for (const failure of failures) complain({ style: 'bad', text: 'not asked' }, ` ${failure}`);
}

/** The same for scripts. */
export function jsonOf({ site, signer }: Chosen, looked: LookedAhead, needMs: number): object {
  const { at, quiet, readings, failures } = looked;
  const { verdict, because, quietUntil, better, known, operators, standings, stakes, duties } = quiet;
  return {
    signer: signer.id,
    site: site.rules.id,
    chain: signer.chain,
    verdict,
    because,
    at,
    needMs,
    quietUntil,
    better,
    operators,
    known,
    keys: signer.keys.map((key, place) => ({
      key,
      standing: standings[place] ?? null,
      stake: stakes[place] ?? null,
    })),
    duties: duties.map(({ key, ...duty }) => ({ ...duty, key: signer.keys[key] ?? null })),
    sources: readings.map(({ source, operator, isOwn, trouble }) => ({
      source,
      operator,
      isOwn,
      reason: trouble?.reason ?? null,
      detail: trouble?.detail ?? null,
    })),
    failures,
  };
}
