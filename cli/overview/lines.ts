// The whole overview in lines, in the order and with the words of the page: what matters most first.
import { sentence } from '../../functions/views/message-words.ts';
import type { MapPart, Overview, SiteOverview } from '../../functions/views/overview.ts';
import { daysWords } from '../../functions/views/page/bars.ts';
import { clockOf, timeWords } from '../../functions/views/page/when.ts';
import { chainWord, siteWord } from '../../functions/views/page/words.ts';
import { duration } from '../../functions/views/time.ts';
import { chainTone } from '../../functions/views/verdict.ts';
import type { Part } from '../../local/terminal-text.ts';
import { dayBar, type Glyphs, said, toneStyle } from './glyphs.ts';
import { houseLines, messagesLines, watchLines } from './health-lines.ts';
import { openIncidentLines, pastIncidentLines } from './incident-lines.ts';
import { agoWords, dim, hasHistory, type Line, type Sheet, sinceWords, title } from './sheet.ts';
import { otherStandbysLines, signersLines } from './signer-lines.ts';
import { targetsLines } from './target-lines.ts';
import { wrapped } from './wrap.ts';

/** How an overview is shown. `now` is epoch ms by the clock of whoever answered. */
export type LineOptions = {
  readonly glyphs: Glyphs;
  readonly timezone: string;
  readonly now: number;
  readonly width: number;
};

function mapLines(map: readonly MapPart[], { glyphs }: Sheet): Line[] {
  const parts = map.flatMap(({ tone, name, state }, index): Part[] => [
    index === 0 ? '  ' : index === map.length - 1 && map.length > 1 ? glyphs.dot : glyphs.arrow,
    said(glyphs, tone, name),
    state === '' ? '' : ` ${state}`,
  ]);
  const words = map
    .filter(({ tone }) => tone === 'bad' || tone === 'doubt')
    .map(({ tone, name, text }): Line => ['  ', said(glyphs, tone, name), `  ${text}`]);
  return map.length === 0 ? [] : [title('Where it stands'), parts, ...words];
}

function lookedWords({ lastTickAt, watched }: SiteOverview, { clock }: Sheet): string {
  if (lastTickAt === null) return watched === 'unreadable' ? '' : 'Nobody has looked yet.';
  return watched === 'stale'
    ? `Last look ${agoWords(lastTickAt, clock)}.`
    : `Last look ${timeWords(lastTickAt, clock)}.`;
}

function notesLines({ mutes, windows, broken }: SiteOverview, { glyphs, clock }: Sheet): Line[] {
  return [
    ...broken.map((text): Line => ['  ', said(glyphs, 'bad', sentence(text, ''))]),
    ...[
      ...mutes.map((mute) => ({ ...mute, who: mute.by })),
      ...windows.map((window) => ({ ...window, who: 'maintenance' })),
    ].map(({ subject, from, until, why, who, isInForce }): Line => {
      const what = subject === null ? 'of this site' : `of ${subject}`;
      const when = isInForce
        ? `Nobody is woken ${what} until ${timeWords(until, clock)}`
        : `Nobody will be woken ${what} from ${timeWords(from, clock)} until ${timeWords(until, clock)}`;
      return ['  ', said(glyphs, 'none', when), `: ${why} `, dim(`(${who})`)];
    }),
  ];
}

/** The days as a bar of 90 or 30, as fits, and what they come to. */
function recordLines(site: SiteOverview, sheet: Sheet): Line[] {
  if (!hasHistory(sheet, site)) return [];
  const shown = sheet.width >= 94 ? 90 : 30;
  return [['  ', ...dayBar(sheet.glyphs, site.days.bars, shown)], [dim(`  ${daysWords(site.days, site)}`)]];
}

function headLines(site: SiteOverview, sheet: Sheet): Line[] {
  const { name, tone, headline, timezone, because, verdictSince, watched } = site;
  const from =
    verdictSince === null || watched !== 'yes' ? '' : ` So ${sinceWords(verdictSince, sheet.clock)}.`;
  const why = because === null ? '' : ` Why: ${because}.`;
  return [
    [said(sheet.glyphs, tone, siteWord(site)), '  ', { style: 'strong', text: name }],
    ['  ', { style: toneStyle[tone], text: headline }],
    ...(timezone === sheet.clock.timezone || !/\d\d:\d\d/.test(headline)
      ? []
      : [['  ', dim(`Times in these sentences are of ${timezone}.`)]]),
    [dim(`  ${lookedWords(site, sheet)}${from}${why}`)],
    ...notesLines(site, sheet),
    ...recordLines(site, sheet),
  ];
}

/** Of chains that are not on the map. */
function chainsLines({ chains, map }: SiteOverview, { glyphs }: Sheet): Line[] {
  if (chains.length === 0 || map.some((part) => part.id === 'chain')) return [];
  return [
    title('Chains'),
    ...chains.map(({ id, state, detail }): Line => [
      '  ',
      said(glyphs, chainTone[state], `${id} ${chainWord[state]}`),
      detail === null ? '' : dim(`  ${detail}`),
    ]),
  ];
}

function siteLines(site: SiteOverview, sheet: Sheet): Line[] {
  const { watched, lastTickAt } = site;
  const was: Line[] =
    watched === 'stale' && lastTickAt !== null
      ? [['  ', { style: 'bad', text: `All below is how it was ${agoWords(lastTickAt, sheet.clock)}.` }]]
      : [];
  const sections = [
    openIncidentLines(site, sheet),
    mapLines(site.map, sheet),
    signersLines(site, sheet),
    targetsLines(site, sheet),
    houseLines(site, sheet),
    chainsLines(site, sheet),
    messagesLines(site, sheet),
    watchLines(site, sheet),
    otherStandbysLines(site, sheet),
    pastIncidentLines(site, sheet),
  ].filter((lines) => lines.length > 0);
  return [...headLines(site, sheet), ...was, ...sections.flatMap((lines): Line[] => [[''], ...lines])];
}

function blindLines({ blind, readAt }: Overview, { glyphs, clock }: Sheet): Line[] {
  if (blind === null) return [];
  return [
    [
      said(glyphs, 'bad', `I cannot read my memory ${sinceWords(blind.since, clock)}.`),
      ` Below is what I knew at ${timeWords(readAt, clock)}.`,
    ],
    [dim(`  ${blind.why}`)],
    [''],
  ];
}

/** Lines of at most `width` columns where words can be broken. Sites one after the other, as they are configured. */
export function overviewLines(overview: Overview, options: LineOptions): Line[] {
  const { glyphs, timezone, now, width } = options;
  const sheetOf = (asOf: number): Sheet => ({
    glyphs,
    clock: clockOf(timezone, now),
    old: clockOf(timezone, now, asOf),
    isPublic: overview.isPublic,
    hidden: overview.hidden,
    width,
  });
  const none: Line[] = overview.sites.length === 0 ? [['No site is configured.']] : [];
  const sites = overview.sites.flatMap((site, index): Line[] => {
    const isOld = site.watched === 'stale' && site.lastTickAt !== null;
    const sheet = sheetOf(isOld && site.lastTickAt !== null ? site.lastTickAt : overview.readAt);
    return [...(index === 0 ? [] : [['']]), ...siteLines(site, sheet)];
  });
  return [...blindLines(overview, sheetOf(overview.readAt)), ...none, ...sites]
    .map((line) => glyphs.spelled(line))
    .flatMap((line) => wrapped(line, width));
}

/** What makes an overview another one; how long something lasts and how fast something answers does not. */
export function stageOf({ blind, sites }: Overview): string {
  return JSON.stringify([
    blind !== null,
    ...sites.map((site) => [
      [site.site, site.watched, site.tone, site.verdict, site.verdictSince, site.broken],
      site.open.map(({ id, severity, ack, held, timeline, earlier }) => [
        id,
        severity,
        ack,
        held,
        timeline.length + earlier,
      ]),
      [site.moreOpen, site.mutes, site.windows, site.map.map(({ tone, state }) => [tone, state])],
      site.targets.map(({ id, quality, reason }) => [id, quality, reason]),
      site.signers.map(({ id, state, silent, keys, standby }) => [
        id,
        state,
        silent,
        keys,
        standbyStage(standby),
      ]),
      site.chains.map(({ state }) => state),
      site.heartbeats.map(({ source, isFresh }) => [source, isFresh]),
      Object.entries(site.otherStandbys).map(([id, standby]) => [id, standbyStage(standby)]),
      site.outbox === null ? null : [Object.keys(site.outbox.waiting), Object.keys(site.outbox.failing)],
    ]),
  ]);
}

const standbyStage = (standby: SiteOverview['signers'][number]['standby']): unknown =>
  standby === null
    ? null
    : [
        standby.phase,
        standby.zone,
        standby.instance,
        standby.keys,
        standby.problems,
        Math.floor(standby.percent ?? -1),
      ];

/** E.g. `not answered for 3 min`: what is said while nobody answers. */
export const unansweredWords = (
  since: number,
  why: string,
  options: Pick<LineOptions, 'timezone' | 'now'>,
): string =>
  `not answered since ${timeWords(since, clockOf(options.timezone, options.now))}, for ${duration(options.now - since)} (${why})`;
