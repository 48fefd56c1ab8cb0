// One incident whole: what it is, who was told, everything that happened, and what became of each message.
import { escaped, type Page } from '../html.ts';
import { fateWords, loudness } from '../incident-words.ts';
import type { IncidentDetail, MessageStatus } from '../incidents.ts';
import { sentence } from '../message-words.ts';
import { belowPage } from './below-page.ts';
import { gravity, listOf, timelineOf, whoWords } from './incident-part.ts';
import { bdi, said, sign } from './signs.ts';
import { lasts } from '../time.ts';
import { type Clock, clockOf, since, time } from './when.ts';
import { severityTone } from './words.ts';

const toneOf = { sent: 'good', failed: 'bad', waiting: 'doubt' } as const;

function message(of: MessageStatus, clock: Clock): string {
  const { channel, state, outcome, createdAt } = of;
  const why = outcome === null || state === 'sent' ? '' : ` <span class="soft">${bdi(outcome)}</span>`;
  return `<li><span>${time(createdAt, clock)} <b>${bdi(channel)}</b> ${loudness(of)} (${of.kind}) ${said(toneOf[state], fateWords(of))}${why}</span></li>`;
}

const part = (id: string, title: string, body: string): string =>
  body === '' ? '' : `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

/** Stands at `incidents/ID`; for the operator only. */
export function incidentPage(incident: IncidentDetail, at: number): Page {
  const { id, siteName, timezone, severity, kind, summary, since: from, resolvedAt, openedAt } = incident;
  const { evidence, timeline, messages, subject } = incident;
  const clock = clockOf(timezone, at);
  const isOpen = resolvedAt === null;
  const tone = isOpen ? severityTone[severity] : 'good';
  const state = isOpen
    ? `${said(tone, 'open')} ${since(from, clock)}`
    : `${said('good', 'over')} since ${time(resolvedAt, clock)}, after ${lasts(resolvedAt - from)}`;
  const ack = incident.ack?.isInForce === true ? incident.ack : null;
  const who = isOpen ? whoWords({ ...incident, ack }, clock) : '';
  const main = `<div class="site ${tone}"><div class="head"><p class="pill">${sign(tone)}<b>${gravity({ kind, severity })}</b> <span>${bdi(siteName)}, ${subject.kind} ${bdi(subject.id)}: ${kind}</span></p><p>${state}</p><p class="soft">First seen ${time(from, clock)}, opened ${time(openedAt, clock)}. <code>${escaped(id)}</code></p></div></div>
${who}
${part('seen', 'What was seen', listOf('', evidence))}
${part('happened', 'What happened', timeline.length === 0 ? '' : timelineOf(timeline, clock))}
${part('messages', 'Messages', messages.length === 0 ? '' : `<ul class="signed">${messages.map((each) => message(each, clock)).join('')}</ul>`)}`;
  return belowPage({ root: '../', title: sentence(summary, subject.id), main });
}
