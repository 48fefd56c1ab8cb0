// One site on the view, what matters most first.
import { escaped } from '../html.ts';
import type { Shown, SiteOverview } from '../overview.ts';
import type { MuteStatus } from '../incidents.ts';
import { record } from './bars.ts';
import { openPart, openTitle, pastPart } from './incident-part.ts';
import { mapOf } from './map.ts';
import { bdi, said, sign } from './signs.ts';
import { otherStandbysPart, signersPart } from './signer-part.ts';
import { targetsPart, targetsTitle } from './target-part.ts';
import { housePart, messagesPart, watchPart } from './watch-part.ts';
import { ago, type Clock, clockOf, since, time } from './when.ts';
import { chainWord, siteWord } from './words.ts';
import { chainTone } from '../verdict.ts';

type SiteOptions = {
  readonly at: number;
  readonly hidden: readonly Shown[];
  /** The only one of the view, or one that is not well: shown whole. */
  readonly isWhole: boolean;
};

type Section = { readonly key: string; readonly title: string; readonly lead: string; readonly body: string };

/** Nothing of what has nothing to say. */
function section(site: string, { key, title, lead, body }: Section): string {
  if (body === '') return '';
  const id = `${key}-${escaped(site)}`;
  const below = lead === '' ? '' : `<p class="lead">${lead}</p>`;
  return `<section class="${key}" aria-labelledby="${id}"><h3 id="${id}">${title}</h3>${below}${body}</section>`;
}

function mute({ subject, from, until, why, by, isInForce }: MuteStatus, clock: Clock): string {
  const what = subject === null ? 'of this site' : `of ${bdi(subject)}`;
  const when = isInForce
    ? `<b>Nobody is woken ${what}</b> until ${time(until, clock)}`
    : `Nobody will be woken ${what} from ${time(from, clock)} until ${time(until, clock)}`;
  return `<li>${sign('none')}<span>${when}: ${bdi(why)} <span class="soft">(${bdi(by)})</span></span></li>`;
}

function looked({ lastTickAt, watched, latenessMs }: SiteOverview, clock: Clock): string {
  if (lastTickAt === null) return 'Nobody has looked yet.';
  if (watched === 'stale') return `Last look ${ago(lastTickAt, clock)}.`;
  const late = latenessMs !== null && latenessMs >= 30_000 ? `, ${Math.round(latenessMs / 1000)} s late` : '';
  return `Last look ${time(lastTickAt, clock)}${late}.`;
}

function headPart(site: SiteOverview, { hidden }: SiteOptions, clock: Clock): string {
  const { site: id, name, tone, headline, because, verdictSince, mutes, days } = site;
  const from = verdictSince === null || site.watched !== 'yes' ? '' : ` So ${since(verdictSince, clock)}.`;
  const why = because === null ? '' : ` <span>Why: ${bdi(because)}.</span>`;
  const muted =
    mutes.length === 0
      ? ''
      : `<ul class="signed mutes">${mutes.map((each) => mute(each, clock)).join('')}</ul>`;
  const bars = hidden.includes('history') || days.bars.length === 0 ? '' : record(days, site);
  return `<header class="head"><p class="pill">${sign(tone)}<b>${siteWord(site)}</b> <span>${bdi(name)}</span></p><h2 id="head-${escaped(id)}" dir="auto">${escaped(headline)}</h2><p class="soft">${looked(site, clock)}${from}${why}</p>${muted}${bars}</header>`;
}

const chains = (site: SiteOverview): string =>
  site.chains
    .map(
      ({ id, state, detail }) =>
        `<li><b>${escaped(id)}</b> ${said(chainTone[state], chainWord[state])}${detail === null ? '' : ` <span class="soft">${bdi(detail)}</span>`}</li>`,
    )
    .join('');

export function sitePart(site: SiteOverview, options: SiteOptions): string {
  const { site: id, timezone, targets, signers, open, moreOpen, past, outbox, otherStandbys } = site;
  const { at, hidden, isWhole } = options;
  const clock = clockOf(timezone, at);
  const isPublic = hidden.length > 0;
  const hasHistory = !hidden.includes('history');
  const part = (key: string, title: string, lead: string, body: string): string =>
    section(id, { key, title, lead, body });
  const ofChains = chains(site);
  const top = [
    part(
      'open',
      openTitle(open.length, moreOpen),
      '',
      open.length === 0 ? '' : openPart(open, moreOpen, { clock, isPublic }),
    ),
    part(
      'where',
      'Where it stands',
      'The watchdog looks from outside, through the VPN, at the house and at what the chains show of it.',
      mapOf(site.map),
    ),
    part(
      signers.length > 2 ? 'signers wide' : 'signers',
      'Signers',
      'The keys that sign on a chain: whether they do, who holds them, and what stands by.',
      signers.length === 0 ? '' : signersPart(signers, { clock, span: site, site: id, hidden }),
    ),
  ].join('');
  const foot = [
    part('house', 'The house itself', 'What it sends us.', housePart(site, clock)),
    part(
      'chains',
      'Chains',
      'As public sources show them.',
      ofChains === '' ? '' : `<ul class="signed">${ofChains}</ul>`,
    ),
    part(
      'messages',
      'Messages',
      'Whether people can be reached.',
      outbox === null ? '' : messagesPart(outbox, clock),
    ),
    part(
      'watch',
      'The watchdog',
      'Whether it looks as often as it should.',
      hidden.includes('watchdog') ? '' : watchPart(site, clock),
    ),
    part(
      'left',
      'Other standbys',
      'Of signers that are not configured any more.',
      hidden.includes('standbys') || Object.keys(otherStandbys).length === 0
        ? ''
        : otherStandbysPart(otherStandbys, clock),
    ),
  ].join('');
  const ended = part('ended', 'Over', '', past.length === 0 ? '' : pastPart(past, { clock, isPublic }));
  const history = hasHistory
    ? `<p class="more"><a href="history/${escaped(id)}">All days, up to 400 back</a></p>`
    : '';
  const probed = part(
    'probed',
    targetsTitle(targets),
    'What is probed from outside, once a minute.',
    targets.length === 0 ? '' : targetsPart(id, targets, { clock, span: site, hasHistory }),
  );
  const rest = `<div class="top">${top}</div>${probed}<div class="foot">${foot}${ended}</div>${history}`;
  const inner = isWhole
    ? rest
    : `<details id="all-${escaped(id)}"><summary>All of ${bdi(site.name)}</summary>${rest}</details>`;
  // Said aloud when it changes, and only then: the headline itself also tells how long it has been so.
  const state = escaped([site.tone, siteWord(site), ...open.map((each) => each.id)].join(' '));
  return `<article class="site ${site.tone}" id="site-${escaped(id)}" data-state="${state}" aria-labelledby="head-${escaped(id)}">${headPart(site, options, clock)}${inner}</article>`;
}
