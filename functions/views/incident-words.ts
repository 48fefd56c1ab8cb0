// What is said of an incident in words, the same on the terminal and in a post-mortem.
import { isPage } from '../domain/notice.ts';
import type { AckStatus, IncidentDetail, IncidentSummary, MessageStatus, MuteStatus } from './incidents.ts';
import { localTime } from './time.ts';

type Named = Pick<IncidentSummary, 'subject' | 'kind'>;

/** E.g. `signer eth-1: not-signing`. */
export const subjectWords = ({ subject, kind }: Named): string => `${subject.kind} ${subject.id}: ${kind}`;

/** E.g. `acknowledged by anna, until 2026-…`; says also that it is worth nothing any more. */
export function ackWords(ack: AckStatus, timezone: string): string {
  const until = ack.until === null ? '' : `, until ${localTime(ack.until, timezone)}`;
  if (ack.isInForce) return `acknowledged by ${ack.by}${until}`;
  return `was acknowledged by ${ack.by} at ${localTime(ack.at, timezone)}, which does not hold any more`;
}

/** E.g. `muted until 2026-… by anna: a new UPS`; `subject` first when it is only a part of the site. */
export function muteWords(mute: MuteStatus, timezone: string): string {
  const what = mute.subject === null ? '' : `${mute.subject} `;
  const until = `until ${localTime(mute.until, timezone)} by ${mute.by}: ${mute.why}`;
  return mute.isInForce
    ? `${what}muted ${until}`
    : `${what}to be muted from ${localTime(mute.from, timezone)} ${until}`;
}

type Told = Pick<IncidentSummary, 'held' | 'told'>;

/** Who was told, or why nobody was. */
export function toldWords({ held, told }: Told): string {
  if (held !== null) return `nobody is told during ${held.replace('-', ' ')}`;
  return told.length === 0 ? 'nobody was told yet' : `told ${told.join(', ')}`;
}

/** What became of a message, e.g. `sent at the first attempt`, `given up after 3 attempts`. */
export function fateWords({ state, attempts }: Pick<MessageStatus, 'state' | 'attempts'>): string {
  const tries = `${attempts} attempt${attempts === 1 ? '' : 's'}`;
  switch (state) {
    case 'sent':
      return attempts <= 1 ? 'sent' : `sent after ${tries}`;
    case 'failed':
      return `given up after ${tries}`;
    case 'waiting':
      return attempts === 0 ? 'not sent yet' : `not sent yet, after ${tries}`;
  }
}

/** Whether a channel woke somebody or only told them. */
export const loudness = ({ kind }: Pick<MessageStatus, 'kind'>): 'page' | 'news' =>
  isPage(kind) ? 'page' : 'news';

/** When the first message about it was accepted by a channel; null when none was, or the first are not there any more. */
export function firstSentAt({ messages }: Pick<IncidentDetail, 'messages'>): number | null {
  if (!messages.some(({ kind }) => kind === 'opened')) return null;
  const sent = messages.flatMap(({ state, settledAt }) =>
    state === 'sent' && settledAt !== null ? [settledAt] : [],
  );
  return sent.length === 0 ? null : Math.min(...sent);
}

/** When the subject was last seen well again; null while it is not. */
export function wellAgainAt({ timeline }: Pick<IncidentDetail, 'timeline'>): number | null {
  const last = timeline.findLast(({ event }) => ['recovering', 'relapsed', 'changed'].includes(event));
  return last?.event === 'recovering' ? last.at : null;
}
