// One site on the view, what matters most first.
import { briefly } from '../../domain/lasting.ts';
import { escaped } from '../html.ts';
import type { Shown, SiteOverview } from '../overview.ts';
import type { WindowStatus } from '../incidents.ts';
import { sentence } from '../message-words.ts';
import { record } from './bars.ts';
import { openPart, openTitle, pastPart } from './incident-part.ts';
import { mapOf } from './map.ts';
import { bdi, said, sign } from './signs.ts';
import { otherStandbysPart, signersPart } from './signer-part.ts';
import { targetsPart, targetsTitle } from './target-part.ts';
import { housePart, lateMs, messagesPart, watchPart } from './watch-part.ts';
import { ago, type Clock, clockOf, since, time } from './when.ts';
import { chainWord, siteWord } from './words.ts';
import { chainTone } from '../verdict.ts';

type SiteOptions = {
  readonly at: number;
  /** When what is shown was read. */
  readonly readAt: number;
  /** It cannot be read now. */
  readonly isBlind: boolean;
  readonly isPublic: boolean;
  readonly hidden: readonly Shown[];
  /** The only one of the view, or one that is not well: shown whole. */
  readonly isWhole: boolean;
};

/** What all parts of a site go by. */
type Shared = {
  readonly hidden: readonly Shown[];
  readonly isPublic: boolean;
  readonly hasHistory: boolean;
  readonly clock: Clock;
  /** By which facts are told: as of the last look where that is too old. */
  readonly old: Clock;
  readonly part: (key: string, title: string, lead: string, body: string) => string;
};

type Section = { readonly key: string; readonly title: string; readonly lead: string; readonly body: string };

/** Nothing of what has nothing to say. */
function section(site: string, { key, title, lead, body }: Section): string {
  if (body === '') return '';
  const id = `${key}-${escaped(site)}`;
  const below = lead === '' ? '' : `<p class="lead">${lead}</p>`;
  return `<section class="${key}" aria-labelledby="${id}"><h3 id="${id}">${title}</h3>${below}${body}</section>`;
}

/** By whom, or `maintenance` when it stands in the configuration. */
function mute({ subject, from, until, why, isInForce }: WindowStatus, by: string, clock: Clock): string {
  const what = subject === null ? 'of this site' : `of ${bdi(subject)}`;
  const when = isInForce
    ? `<b>Nobody is woken ${what}</b> until ${time(until, clock)}`
    : `Nobody will be woken ${what} from ${time(from, clock)} until ${time(until, clock)}`;
  return `<li>${sign('none')}<span>${when}: ${bdi(why)} <span class="soft">(${bdi(by)})</span></span></li>`;
}

function looked({ lastTickAt, watched, latenessMs }: SiteOverview, clock: Clock): string {
  if (lastTickAt === null) return watched === 'unreadable' ? '' : 'Nobody has looked yet.';
  if (watched === 'stale') return `Last look ${ago(lastTickAt, clock)}.`;
  const late = latenessMs !== null && latenessMs >= lateMs ? `, ${briefly(latenessMs)} late` : '';
  return `Last look ${time(lastTickAt, clock)}${late}.`;
}

/** What is said of messages that are held back, and of documents that cannot be read. */
function notes({ mutes, windows, broken }: SiteOverview, clock: Clock): string {
  const items = [
    ...broken.map((text) => `<li>${sign('bad')}<span>${bdi(sentence(text, ''))}</span></li>`),
    ...mutes.map((each) => mute(each, each.by, clock)),
    ...windows.map((each) => mute(each, 'maintenance', clock)),
  ];
  return items.length === 0 ? '' : `<ul class="signed notes">${items.join('')}</ul>`;
}

/** The first sentence says what is the matter, and stands out; the others follow. */
function headlineParts(headline: string): string {
  const first = /^.+?[.!?](?=\s)/s.exec(headline)?.[0] ?? headline;
  const rest = headline.slice(first.length).trim();
  return `<b>${escaped(first)}</b>${rest === '' ? '' : ` <span>${escaped(rest)}</span>`}`;
}

function headPart(site: SiteOverview, { hasHistory, clock, old }: Shared): string {
  const { site: id, name, tone, headline, because, verdict, verdictSince, days } = site;
  // A site that is well by its verdict may be in trouble all the same: then both would be of something else.
  const isVerdict = verdict !== null && (verdict !== 'ok' || tone === 'good') && site.watched === 'yes';
  const from = isVerdict && verdictSince !== null ? ` Like this ${since(verdictSince, old)}.` : '';
  const why = isVerdict && because !== null ? ` Why: ${bdi(because)}.` : '';
  const bars = hasHistory ? record(days, site) : '';
  return `<header class="head"><p class="pill">${sign(tone)}<b>${siteWord(site)}</b> <span>${bdi(name)}</span></p><h2 id="head-${escaped(id)}" dir="auto">${headlineParts(headline)}</h2><p class="soft">${looked(site, clock)}${from}${why}</p>${notes(site, clock)}${bars}</header>`;
}

/** Of chains that are not on the map. */
function chainsPart({ chains, map }: SiteOverview): string {
  if (map.some((part) => part.id === 'chain')) return '';
  const items = chains.map(
    ({ id, state, detail }) =>
      `<li><span><b>${escaped(id)}</b> ${said(chainTone[state], chainWord[state])}${detail === null ? '' : ` <span class="soft">${bdi(detail)}</span>`}</span></li>`,
  );
  return items.length === 0 ? '' : `<ul class="signed">${items.join('')}</ul>`;
}

const where =
  'The watchdog looks from outside, through the VPN, at the house; and at the chains, whether they show its work.';

/** What matters most: what is wrong, where, and whether the signers sign. */
function topPart(site: SiteOverview, { hidden, isPublic, old, part }: Shared): string {
  const { site: id, signers, open, moreOpen, map } = site;
  const incidents = open.length === 0 ? '' : openPart(open, moreOpen, { clock: old, isPublic });
  const cards =
    signers.length === 0 ? '' : signersPart(signers, { clock: old, span: site, site: id, hidden, isPublic });
  const isWide = signers.length > 2;
  const lead = 'The keys that sign on a chain: whether they do, who holds them, and what stands by.';
  const inner = [
    part('open', openTitle(open.length, moreOpen), '', incidents),
    part('where', 'Where it stands', where, mapOf(map)),
    part('signers', 'Signers', lead, cards),
  ].join('');
  const duo = incidents === '' ? '' : isWide || cards === '' ? ' pair' : ' duo';
  return inner === '' ? '' : `<div class="top${duo}">${inner}</div>`;
}

function probedPart(site: SiteOverview, { hasHistory, old, part }: Shared): string {
  const { site: id, targets } = site;
  if (targets.length === 0) return '';
  const body = targetsPart(id, targets, { clock: old, span: site, hasHistory });
  return part('probed', targetsTitle(targets), 'What is probed from outside, once a minute.', body);
}

function footPart(site: SiteOverview, { hidden, isPublic, hasHistory, clock, old, part }: Shared): string {
  const { site: id, outbox, past, otherStandbys } = site;
  const others = hidden.includes('standbys') || Object.keys(otherStandbys).length === 0;
  const messages = outbox === null ? '' : messagesPart(outbox, old);
  const inner = [
    part('house', 'The house itself', 'What it sends us.', housePart(site, old)),
    part('chains', 'Chains', 'As public sources show them.', chainsPart(site)),
    part('messages', 'Messages', 'Whether people can be reached.', messages),
    part(
      'watch',
      'The watchdog',
      'Whether it looks as often as it should.',
      hidden.includes('watchdog') || site.watched === 'unreadable' ? '' : watchPart(site, clock),
    ),
    part(
      'left',
      hidden.includes('signers') ? 'Standbys' : 'Other standbys',
      hidden.includes('signers')
        ? 'Nodes in the cloud that stand by.'
        : 'Of signers that are not configured any more.',
      others ? '' : otherStandbysPart(otherStandbys, old),
    ),
    part('ended', 'Over', '', past.length === 0 ? '' : pastPart(past, { clock: old, isPublic })),
  ].join('');
  const days = hasHistory
    ? `<p class="more"><a href="history/${escaped(id)}">All days of ${bdi(site.name)}, up to 400 back</a></p>`
    : '';
  return `${inner === '' ? '' : `<div class="foot">${inner}</div>`}${days}`;
}

export function sitePart(site: SiteOverview, options: SiteOptions): string {
  const { site: id, timezone, tone, watched, open, lastTickAt } = site;
  const { at, readAt, isBlind, isPublic, hidden, isWhole } = options;
  const isStale = watched === 'stale' && lastTickAt !== null;
  const shared: Shared = {
    hidden,
    isPublic,
    hasHistory: !hidden.includes('history') && site.days.bars.length > 0,
    clock: clockOf(timezone, at),
    old: clockOf(timezone, at, isStale ? lastTickAt : readAt),
    part: (key, title, lead, body) => section(id, { key, title, lead, body }),
  };
  const was = isStale ? `<p class="was">All below is how it was ${ago(lastTickAt, shared.clock)}.</p>` : '';
  const rest = `${was}${topPart(site, shared)}${probedPart(site, shared)}${footPart(site, shared)}`;
  const inner = isWhole
    ? rest
    : `<details id="all-${escaped(id)}"><summary>All of ${bdi(site.name)}</summary>${rest}</details>`;
  // Said aloud when it changes, and only then: the headline itself also tells how long it has been so.
  const state = escaped([tone, siteWord(site), ...open.map((each) => each.id)].join(' '));
  return `<article class="site ${tone}${isStale || isBlind ? ' old' : ''}" id="site-${escaped(id)}" data-state="${state}" aria-labelledby="head-${escaped(id)}">${headPart(site, shared)}${inner}</article>`;
}
