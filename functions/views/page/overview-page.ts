// The view of all sites: what a person sees first, and at three in the morning.
import { escaped, type Page, pageOf } from '../html.ts';
import type { Overview, SiteOverview } from '../overview.ts';
import { baseStyle } from './style.ts';

export type PageOptions = {
  /** How often a page that is looked at asks for a newer one. */
  readonly refreshSeconds: number;
};

const sitePart = (site: SiteOverview): string =>
  `<article id="site-${escaped(site.site)}"><h2>${escaped(site.headline)}</h2></article>`;

/** All that the overview holds; nothing that it does not. */
export function overviewPage(overview: Overview, { refreshSeconds }: PageOptions): Page {
  return pageOf({
    title: 'Basement watchdog',
    style: baseStyle,
    script: null,
    head: `<noscript><meta http-equiv="refresh" content="${Math.max(refreshSeconds, 10)}"></noscript>\n`,
    body: `<main>\n<h1>Basement watchdog</h1>\n${overview.sites.map(sitePart).join('\n')}\n</main>`,
  });
}
