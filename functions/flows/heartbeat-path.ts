// Which house and which sender a call of `heartbeat` speaks for, and what it says, by its path alone.

/** `exit` is the exit code of a job: 0 is well. */
export type Saying =
  | { readonly what: 'well' | 'begins' | 'fails' }
  | { readonly what: 'exit'; readonly code: number }
  | { readonly what: 'alertmanager' | 'power' | 'report' };

export type HeartbeatPath = { readonly site: string; readonly source: string; readonly saying: Saying };

const words: ReadonlyMap<string, Saying> = new Map<string, Saying>([
  ['ok', { what: 'well' }],
  ['start', { what: 'begins' }],
  ['fail', { what: 'fails' }],
  ['alertmanager', { what: 'alertmanager' }],
  ['power', { what: 'power' }],
  ['report', { what: 'report' }],
]);

function sayingOf(word: string | undefined): Saying | null {
  if (word === undefined) return { what: 'well' };
  const code = /^\d{1,3}$/.test(word) ? Number(word) : null;
  if (code !== null) return code <= 255 ? { what: 'exit', code } : null;
  return words.get(word) ?? null;
}

/** How the path may be written, for whoever wrote another one. */
export const pathForms =
  'post to /SITE/SOURCE for "all is well", or to /SITE/SOURCE/WORD with start, ok, fail, an exit code from 0 to 255, alertmanager, power or report';

/**
 * Reads `/site/source` and `/site/source/word`; null for everything else. Some fronts leave the name of the function before it:
 * `/heartbeat/site/source`, which is told by `isSite`.
 */
export function readPath(path: string, isSite: (id: string) => boolean): HeartbeatPath | null {
  const parts = path.split('/').filter((part) => part !== '');
  const isNamed = parts[0] === 'heartbeat' && parts.length >= 3 && isSite(parts[1] ?? '');
  const [site, source, word, ...more] = isNamed ? parts.slice(1) : parts;
  if (site === undefined || source === undefined || more.length > 0) return null;
  const saying = sayingOf(word);
  return saying === null ? null : { site, source, saying };
}
