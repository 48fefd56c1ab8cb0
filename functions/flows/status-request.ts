// What may be asked of `status`: which path, and which words after the question mark.
import type { Day } from '../domain/history/history.ts';
import { parseDuration } from '../kit/duration.ts';
import { WatchdogError } from '../kit/error.ts';

export type StatusQuestion =
  | { readonly about: 'status' }
  | {
      readonly about: 'incidents';
      readonly site: string | null;
      readonly isOpen: boolean;
      readonly limit: number;
    }
  | { readonly about: 'incident'; readonly id: string }
  | { readonly about: 'maintenance'; readonly site: string | null }
  | { readonly about: 'standbys' }
  | { readonly about: 'drills' }
  | { readonly about: 'caller' }
  | { readonly about: 'overview' }
  | { readonly about: 'metrics' }
  /** The days from one to another as JSON, as they were written; null is for the flow to choose. */
  | { readonly about: 'days'; readonly site: string; readonly from: Day | null; readonly to: Day | null }
  /** All days of a site. */
  | { readonly about: 'history'; readonly site: string }
  | { readonly about: 'day'; readonly site: string; readonly day: Day }
  | { readonly about: 'badge'; readonly site: string }
  | { readonly about: 'link'; readonly forMs: number }
  | { readonly about: 'enter' }
  | { readonly about: 'leave' }
  | { readonly about: 'nothing' };

const usualLimit = 20;
/** How many incidents a list holds at most. */
const mostIncidents = 100;

const siteId = /^[a-z][a-z0-9-]{0,19}$/;
/** What an incident's id can be: it names a document, so neither slashes nor dots alone. */
const incidentId = /^[a-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+$/;
const longestId = 150;

const refuse = (message: string): WatchdogError => new WatchdogError('ERR_REQUEST', message);

type Words = ReadonlyMap<string, string>;

/** Each word once, and none but those that are known here: a misspelt `site` must not show all of them. */
function readWords(query: string, known: readonly string[]): Words {
  const words = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      const allowed = known.length === 0 ? 'nothing may be asked for here' : `use ${known.join(', ')}`;
      throw refuse(`the query has an unknown word; ${allowed}`);
    }
    if (words.has(name)) throw refuse(`the query has ${name} twice; give it once`);
    words.set(name, value);
  }
  return words;
}

function readSite(words: Words): string | null {
  const site = words.get('site');
  if (site === undefined) return null;
  if (siteId.test(site)) return site;
  throw refuse('site must be the id of a site: 1 to 20 of a-z, 0-9 and -, beginning with a letter');
}

function readOpen(words: Words): boolean {
  const open = words.get('open');
  if (open === undefined || open === '0') return false;
  if (open === '1') return true;
  throw refuse('open must be 1 for the open incidents only, or 0 for all');
}

function readLimit(words: Words): number {
  const limit = words.get('limit');
  if (limit === undefined) return usualLimit;
  const value = /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
  if (value >= 1 && value <= mostIncidents) return value;
  throw refuse(`limit must be a whole number from 1 to ${mostIncidents}`);
}

function readIncident(id: string, query: string): StatusQuestion {
  readWords(query, []);
  if (id.length <= longestId && incidentId.test(id)) return { about: 'incident', id };
  throw refuse('that is not the id of an incident; write it as the list has it');
}

function readDays(query: string): StatusQuestion {
  const words = readWords(query, ['site', 'from', 'to']);
  const site = readSite(words);
  if (site === null) throw refuse('site is missing; use /history?site=ID&from=DAY&to=DAY');
  return { about: 'days', site, from: words.get('from') ?? null, to: words.get('to') ?? null };
}

const dayMs = 86_400_000;
const longestLinkMs = 30 * dayMs;

function readFor(words: Words): number {
  const ms = parseDuration(words.get('for') ?? '3d');
  if (ms !== null && ms >= 60_000 && ms <= longestLinkMs) return ms;
  throw refuse('for must be a duration from 1m to 30d, such as 3d');
}

function siteIn(text: string): string {
  if (siteId.test(text)) return text;
  throw refuse('that is not the id of a site: 1 to 20 of a-z, 0-9 and -, beginning with a letter');
}

/** Paths of more than one part. */
function readDeep([name = '', id = '', ...more]: readonly string[], query: string): StatusQuestion {
  const [last] = more;
  if (name === 'incidents' && last === undefined) return readIncident(id, query);
  if (name === 'history' && more.length < 2) {
    readWords(query, []);
    const site = siteIn(id);
    return last === undefined ? { about: 'history', site } : { about: 'day', site, day: last };
  }
  if (name === 'badge' && last === undefined && id.endsWith('.svg')) {
    readWords(query, []);
    return { about: 'badge', site: siteIn(id.slice(0, -'.svg'.length)) };
  }
  return { about: 'nothing' };
}

/** `url` is path and query as they came. ERR_REQUEST says what would be right; `nothing` is a path that leads nowhere. */
export function readQuestion(url: string): StatusQuestion {
  const [path = '', ...rest] = url.split('?');
  const query = rest.join('?');
  const parts = path.replace(/^\/+/, '').replace(/\/$/, '').split('/');
  if (parts.length > 1) return readDeep(parts, query);
  const [name = ''] = parts;
  switch (name) {
    case '':
      return { about: 'status' };
    case 'incidents': {
      const words = readWords(query, ['site', 'open', 'limit']);
      return {
        about: 'incidents',
        site: readSite(words),
        isOpen: readOpen(words),
        limit: readLimit(words),
      };
    }
    case 'maintenance':
      return { about: 'maintenance', site: readSite(readWords(query, ['site'])) };
    case 'standbys':
    case 'drills':
    case 'caller':
    case 'overview':
    case 'metrics':
    case 'enter':
    case 'leave':
      readWords(query, []);
      return { about: name };
    case 'history':
      return readDays(query);
    case 'link':
      return { about: 'link', forMs: readFor(readWords(query, ['for'])) };
    default:
      return { about: 'nothing' };
  }
}
