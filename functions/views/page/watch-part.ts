// What the house says of itself, whether messages arrive, and how well the watchdog itself looks.
import { briefly } from '../../domain/lasting.ts';
import type { HeartbeatOverview, OutboxOverview, SiteOverview } from '../overview.ts';
import { sentence } from '../message-words.ts';
import { bdi, said, sign } from './signs.ts';
import { ago, type Clock, lasted, since, time } from './when.ts';

function heartbeat({ source, sentAt, isFresh }: HeartbeatOverview, clock: Clock): string {
  const when = sentAt === null ? 'never heard' : ago(sentAt, clock);
  return `<li><span><b>${bdi(source)}</b> ${said(isFresh ? 'good' : 'doubt', isFresh ? 'is heard' : 'is silent')} <span class="soft">${when}</span></span></li>`;
}

/** Heartbeats and power; nothing when the house never says anything. */
export function housePart({ heartbeats, power }: SiteOverview, clock: Clock): string {
  const beats = heartbeats.map((each) => heartbeat(each, clock)).join('');
  return `${beats === '' ? '' : `<ul class="signed">${beats}</ul>`}${power === null ? '' : `<p>${bdi(sentence(power, ''))}</p>`}`;
}

/** Whether people can be reached: what waits, and which channels refuse. */
export function messagesPart({ waiting, failing, at, isUnread }: OutboxOverview, clock: Clock): string {
  const failed = Object.entries(failing).map(
    ([channel, { since: from, times, outcome }]) =>
      `<li>${sign('bad')}<span><b>${bdi(channel)} does not take messages</b> ${since(from, clock)}, ${times} times. <span class="soft">${bdi(outcome)}</span></span></li>`,
  );
  const late = Object.entries(waiting)
    .filter(([channel]) => failing[channel] === undefined)
    .map(
      ([channel, from]) =>
        `<li>${sign('doubt')}<span><b>${bdi(channel)}</b>: a message waits for ${lasted(from, clock)}.</span></li>`,
    );
  const seen = at === null ? 'it was never looked at' : `it was last looked at ${ago(at, clock)}`;
  const unread = isUnread
    ? [
        `<li>${sign('doubt')}<span><b>A message is due, and it is not known what became of it</b>: ${seen}.</span></li>`,
      ]
    : [];
  const items = [...unread, ...failed, ...late];
  if (items.length > 0) return `<ul class="signed">${items.join('')}</ul>`;
  return at === null
    ? '<p class="soft">Not looked at yet.</p>'
    : `<p>${said('good', 'every message was taken')} <span class="soft">as of ${time(at, clock)}; nothing was due since.</span></p>`;
}

type Watch = Pick<
  SiteOverview,
  'lastTickAt' | 'latenessMs' | 'ticks' | 'worstLatenessMs' | 'worstGapMs' | 'watched'
>;

/** A look that comes this late is worth a word. */
export const lateMs = 30_000;

/** Whether it looks each minute, as it should. */
export function watchPart(
  { lastTickAt, latenessMs, ticks, worstLatenessMs, worstGapMs, watched }: Watch,
  clock: Clock,
): string {
  const last =
    lastTickAt === null
      ? 'there was none yet'
      : `${time(lastTickAt, clock)}${latenessMs === null ? '' : latenessMs < lateMs ? ', on time' : `, ${briefly(latenessMs)} late`}`;
  const state =
    watched === 'yes'
      ? said('good', 'looks every minute')
      : said(
          watched === 'stale' ? 'bad' : 'doubt',
          watched === 'stale' ? 'does not look' : 'has not looked yet',
        );
  const facts = [
    ['Last look', last],
    ...(worstLatenessMs === null ? [] : [['Latest today', `${briefly(worstLatenessMs)} after its time`]]),
    ...(worstGapMs === null ? [] : [['Longest gap today', briefly(worstGapMs)]]),
    ['Looks so far', ticks.toLocaleString('en')],
  ];
  return `<p>${state}</p><dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}
