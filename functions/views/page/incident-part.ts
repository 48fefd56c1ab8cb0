// Incidents of a site: what is open with all that was done about it, the gravest first and open; and what is over.
import type { OpenGlance, PastGlance } from '../../domain/glance.ts';
import { isSafety, type TimelineEntry } from '../../domain/incident.ts';
import { escaped } from '../html.ts';
import { bdi, sign } from './signs.ts';
import { lasts } from '../time.ts';
import { type Clock, since, time } from './when.ts';
import { count, eventWord, severityTone, severityWord } from './words.ts';

const linkOf = (id: string, words: string): string =>
  `<a href="incidents/${escaped(encodeURIComponent(id))}">${words}</a>`;

/** Times as an ordered list, the first first. */
export function timelineOf(entries: readonly TimelineEntry[], clock: Clock): string {
  const items = entries.map(
    ({ at, event, text }) =>
      `<li class="${event}">${time(at, clock)} <span><b>${eventWord[event]}</b> ${bdi(text)}</span></li>`,
  );
  return `<ol class="timeline">${items.join('')}</ol>`;
}

export const gravity = ({ kind, severity }: Pick<OpenGlance, 'kind' | 'severity'>): string =>
  isSafety(kind) ? 'Safety' : severityWord[severity];

type Told = Pick<OpenGlance, 'ack' | 'held' | 'told' | 'kind'>;

/** Who is on it, or why nobody is. */
export function whoWords({ ack, held, told, kind }: Told, clock: Clock): string {
  const safety = isSafety(kind) ? ' It goes on paging until somebody has stated the cause.' : '';
  if (ack !== null) {
    const until = ack.until === null ? '' : ` It holds until ${time(ack.until, clock)}.`;
    return `<p class="who good">${sign('good')}<span><b>${bdi(ack.by)} is on it</b> ${since(ack.at, clock)}.${until}${safety}</span></p>`;
  }
  if (held !== null) {
    const why = held === 'quiet-hours' ? 'quiet hours' : 'maintenance';
    return `<p class="who none">${sign('none')}<span><b>Nobody is told now:</b> ${why}.${safety}</span></p>`;
  }
  const whom = told.length === 0 ? 'Nobody was told yet.' : `Told so far: ${told.map(bdi).join(', ')}.`;
  return `<p class="who doubt">${sign('doubt')}<span><b>Nobody has said yet that they are on it.</b> ${whom}${safety}</span></p>`;
}

/** Nothing of no lines; an empty title is left out. */
export function listOf(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `${title === '' ? '' : `<h4>${title}</h4>`}<ul class="lines">${lines.map((line) => `<li>${bdi(line)}</li>`).join('')}</ul>`;
}

type IncidentOptions = { readonly clock: Clock; readonly isPublic: boolean };

function body(incident: OpenGlance, { clock, isPublic }: IncidentOptions): string {
  const { id, evidence, doing, timeline, earlier } = incident;
  if (isPublic) return '';
  const whole = earlier === 0 ? 'The whole record' : `The whole record, with ${earlier} earlier entries`;
  const times = timeline.length === 0 ? '' : `<h4>What happened</h4>${timelineOf(timeline, clock)}`;
  return `${whoWords(incident, clock)}${listOf('What is done about it', doing)}${listOf('What was seen', evidence)}${times}<p class="more">${linkOf(id, whole)}</p>`;
}

function head({ kind, severity, summary, since: from }: OpenGlance, clock: Clock): string {
  const tone = isSafety(kind) ? 'bad' : severityTone[severity];
  return `${sign(tone)}<span><b class="${tone}">${gravity({ kind, severity })}:</b> <span class="sum">${bdi(summary)}</span> <span class="soft">${since(from, clock)}</span></span>`;
}

/** The gravest stands open; the others open when they are touched. */
export function openPart(open: readonly OpenGlance[], more: number, options: IncidentOptions): string {
  const items = open.map((incident, index) => {
    const id = `incident-${escaped(incident.id)}`;
    const top = head(incident, options.clock);
    const inner = body(incident, options);
    if (inner === '') return `<li id="${id}"><div class="inc">${top}</div></li>`;
    const isOpen = index === 0 ? ' open' : '';
    return `<li><details id="${id}"${isOpen}><summary class="inc">${top}</summary><div class="body">${inner}</div></details></li>`;
  });
  const rest = more === 0 ? '' : `<p class="soft">And ${more} more.</p>`;
  return `<ul class="incidents">${items.join('')}</ul>${rest}`;
}

/** One line each. */
export function pastPart(past: readonly PastGlance[], { clock, isPublic }: IncidentOptions): string {
  const items = past.map(({ id, kind, severity, summary, since: from, resolvedAt }) => {
    const words = isPublic ? bdi(summary) : linkOf(id, bdi(summary));
    return `<li>${sign(severityTone[severity])}<span>${words} <span class="soft">${gravity({ kind, severity })}, ${time(from, clock)}, over after ${lasts(resolvedAt - from)}</span></span></li>`;
  });
  return `<ul class="past">${items.join('')}</ul>`;
}

export const openTitle = (open: number, more: number): string =>
  `Open now: ${count(open + more, 'incident')}`;
