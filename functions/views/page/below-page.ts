// The document around pages that stand below the view: of history, of one day, of one incident.
import { escaped, type Page, pageOf } from '../html.ts';
import { shapesOfPage } from './signs.ts';
import { viewStyle } from './style.ts';

export type Below = {
  /** The way from this page to the view: `../` as often as the path is deep. */
  readonly root: string;
  /** Plain text. */
  readonly title: string;
  /** Markup. */
  readonly main: string;
  /** More links beside the one back to the view: where they lead, and their words. */
  readonly ways?: readonly (readonly [href: string, words: string])[];
};

export function belowPage({ root, title, main, ways = [] }: Below): Page {
  const links = [[root === '' ? './' : root, 'Now'] as const, ...ways].map(
    ([href, words]) => `<li><a href="${escaped(href)}">${escaped(words)}</a></li>`,
  );
  const body = `${shapesOfPage}<a class="skip" href="#main">Skip to the record</a>
<header class="bar"><p class="brand">Basement watchdog</p><nav class="ways" aria-label="Ways"><ul>${links.join('')}</ul></nav></header>
<main id="main" tabindex="-1" class="below">
<h1>${escaped(title)}</h1>
${main}
</main>`;
  return pageOf({ title: `${title} · basement watchdog`, style: viewStyle, script: null, body });
}
