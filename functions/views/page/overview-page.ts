// The view of all sites: what a person sees first, and at three in the morning.
import { escaped, type Page, pageOf } from '../html.ts';
import { type Overview, type Shown, shownParts, type SiteOverview } from '../overview.ts';
import { refreshScript } from './refresh-script.ts';
import { bdi, shapesOfPage, sign } from './signs.ts';
import { sitePart } from './site-part.ts';
import { viewStyle } from './style.ts';
import { clockOf, since, time, timeWords } from './when.ts';
import { siteWord } from './words.ts';

export type PageOptions = {
  /** How often a page that is looked at asks for a newer one. */
  readonly refreshSeconds: number;
  /** The reader has a session, and may end it. */
  readonly canLeave?: boolean;
};

const shownWords = {
  incidents: 'incidents',
  targets: 'targets',
  signers: 'signers',
  standbys: 'standbys',
  history: 'the record of days',
  watchdog: "the watchdog's own health",
} as const satisfies Record<Shown, string>;

function publicLine(hidden: readonly Shown[]): string {
  const shown = shownParts.filter((part) => !hidden.includes(part)).map((part) => shownWords[part]);
  const what = shown.length === 0 ? 'only how it is' : `how it is, and ${shown.join(', ')}`;
  return `<p class="public">This is the public view. Its owner shows ${what}; no addresses and no names.</p>`;
}

function blindLine({ blind, readAt }: Overview, timezone: string, at: number): string {
  if (blind === null) return '';
  const clock = clockOf(timezone, at);
  return `<div class="box bad blind" data-state="blind"><p>${sign('bad')}<b>I cannot read my memory ${since(blind.since, clock)}.</b> Below is what I knew at ${time(readAt, clock)}.</p><p class="soft">${bdi(blind.why)}</p></div>`;
}

const siteLink = (site: SiteOverview): string =>
  `<li><a href="#site-${escaped(site.site)}" class="${site.tone}">${sign(site.tone)}<span>${bdi(site.name)}</span> <b>${siteWord(site)}</b></a></li>`;

const marks = { good: '✓', doubt: '△', bad: '✕' } as const;

/** What stands on the tab: the worst first. */
function titleOf({ sites, blind }: Overview): string {
  if (blind !== null) return '✕ Cannot read its memory · basement watchdog';
  const [only] = sites;
  if (sites.length === 1 && only !== undefined) return `${marks[only.tone]} ${only.name}: ${siteWord(only)}`;
  const wrong = sites.filter(({ tone }) => tone !== 'good');
  const mark = wrong.some(({ tone }) => tone === 'bad')
    ? marks.bad
    : wrong.length > 0
      ? marks.doubt
      : marks.good;
  return wrong.length === 0
    ? `${mark} all ${sites.length} sites well`
    : `${mark} ${wrong.length} of ${sites.length} sites not well`;
}

const legend = `<details class="legend" id="legend"><summary>What the signs and words mean</summary><div class="body">
<ul class="signed"><li>${sign('good')}<span><b>A tick</b>: well, with evidence.</span></li><li>${sign('doubt')}<span><b>A triangle</b>: in doubt, on its way, or only partly well. What is not known is never called well.</span></li><li>${sign('bad')}<span><b>A cross</b>: not well, with evidence.</span></li><li>${sign('none')}<span><b>A dashed ring</b>: there is none, or nothing is to be said.</span></li></ul>
<ul class="signed"><li><svg class="k" viewBox="0 0 6 20" preserveAspectRatio="none" aria-hidden="true"><path class="a" d="M0 10h1"/><path class="b" d="M1 12h1"/><path class="c" d="M2 14.5h1"/><path class="d" d="M3 16.5h1"/><path class="n" d="M4 19h2"/></svg><span><b>Bars</b>, a day each: the whole day well; 99 % of it; 90 %; less; and a low mark for a day of which there is no data, or not of half of it.</span></li></ul>
<dl class="words"><div><dt>Signer</dt><dd>the keys that one validator client loads and signs with.</dd></div><div><dt>Holder</dt><dd>who alone may sign with them. Only a person changes that. The generation counts the changes.</dd></div><div><dt>Standby</dt><dd>a node in the cloud that syncs without keys, so that it is ready when a person wants to move them.</dd></div><div><dt>Target</dt><dd>an address that is probed from outside.</dd></div><div><dt>Dark</dt><dd>nothing answers and nothing shows life: a cut of power or of the line.</dd></div></dl></div></details>`;

/** All that the overview holds; nothing that it does not. */
export function overviewPage(overview: Overview, options: PageOptions): Page {
  const { sites, isPublic, hidden, at, blind } = overview;
  const { refreshSeconds, canLeave = false } = options;
  const timezone = sites[0]?.timezone ?? 'UTC';
  const clock = clockOf(timezone, at);
  const every = Math.max(1, Math.round(refreshSeconds));
  const list =
    sites.length < 2
      ? ''
      : `<nav aria-label="Sites"><ul class="sites">${sites.map(siteLink).join('')}</ul></nav>`;
  const parts = sites.map((site) =>
    sitePart(site, {
      at,
      readAt: overview.readAt,
      isBlind: blind !== null,
      isPublic,
      hidden,
      isWhole: sites.length === 1 || site.tone !== 'good',
    }),
  );
  const none = sites.length === 0 ? '<p>No site is configured.</p>' : '';
  const data = isPublic ? '' : ' · <a href="overview">The same as JSON</a>';
  const leave = canLeave
    ? '<form class="leave" method="post" action="leave"><button>Leave: forget me on this device</button></form>'
    : '';
  const body = `${shapesOfPage}<a class="skip" href="#main">Skip to how it is</a>
<header class="bar"><h1>Basement watchdog</h1><p id="said" role="status" hidden></p><p id="news" class="unseen" role="status"></p></header>
<main id="main" tabindex="-1" data-every="${every}" data-at="${escaped(timeWords(at, clock))}">
<p class="asof">As of ${time(clock.now, clock)}${clock.timezone === 'UTC' ? '' : `, ${escaped(timezone)}`}</p>
${blindLine(overview, timezone, at)}${isPublic ? publicLine(hidden) : ''}${list}${none}
${parts.join('\n')}
</main>
<footer>${legend}<p class="soft">It looks once a minute from outside, and never touches a key${data}</p>${leave}</footer>`;
  return pageOf({
    title: titleOf(overview),
    style: viewStyle,
    script: refreshScript,
    head: `<noscript><meta http-equiv="refresh" content="${Math.max(every, 30)}"></noscript>\n`,
    body,
  });
}
