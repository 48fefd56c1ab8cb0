// One site as a badge: an image of a few words.
import { escaped } from '../html.ts';
import { cut } from '../message-title.ts';
import type { SiteOverview } from '../overview.ts';
import { widthOf } from './text-width.ts';

const longest = 40;
const fills = { good: '#15692d', doubt: '#855300', bad: '#b3211a', none: '#525c67' } as const;

function wordOf(site: Pick<SiteOverview, 'watched' | 'verdict' | 'tone'> | null): string {
  if (site === null) return 'unknown';
  if (site.watched === 'unwatched') return 'not watched yet';
  if (site.watched === 'stale') return 'nobody watches';
  if (site.watched === 'unreadable') return 'not readable';
  // Never better than all that is known of it.
  if (site.verdict === 'ok' && site.tone !== 'good') return site.tone === 'bad' ? 'trouble' : 'look';
  return site.verdict ?? 'unknown';
}

/** E.g. `basement | ok`; null for a site that nothing is known of. */
export function badge(site: Pick<SiteOverview, 'name' | 'watched' | 'verdict' | 'tone'> | null): string {
  const name = cut(site === null ? 'basement' : site.name, longest);
  const word = wordOf(site);
  const fill = fills[site === null || site.watched === 'unwatched' ? 'none' : site.tone];
  const left = widthOf(name) + 14;
  const right = widthOf(word) + 14;
  const width = left + right;
  const title = escaped(`${name}: ${word}`);
  const text = (x: number, length: number, said: string): string =>
    `<text x="${x}" y="14" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(said)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${title}"><title>${title}</title><rect width="${width}" height="20" rx="3" fill="${fill}"/><path d="M3 0h${left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#30363d"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(7, left - 14, name)}${text(left + 7, right - 14, word)}</g></svg>`;
}
