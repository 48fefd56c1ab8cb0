// Drafts a post-mortem of an incident as Markdown: what the watchdog knows is filled in, what only people know is asked for.
import type { ProblemKind } from '../domain/incident.ts';
import { fateWords, firstSentAt, loudness, wellAgainAt } from './incident-words.ts';
import type { IncidentDetail } from './incidents.ts';
import { literal, markdownTable } from './markdown.ts';
import { clockTime, duration, localTime } from './time.ts';

type Reader = { readonly at: number; readonly timezone: string };

/** What could not be relied on meanwhile. */
function silence(kind: ProblemKind, name: string): string {
  switch (kind) {
    case 'dark':
    case 'vpn-down':
      return 'the whole site: nothing answered, and nothing showed life';
    case 'inbound-lost':
      return 'every way into the site; the site itself showed life';
    case 'not-signing':
      return `signer ${name}: the chain showed no signature of it`;
    case 'inactive':
      return `signer ${name}: not active any more`;
    case 'unreachable':
      return `target ${name}`;
    case 'exit-unreachable':
      return `the VPN exit ${name}`;
    case 'chain-stalled':
      return `chain ${name}, for everybody`;
    case 'signing-unknown':
      return `nothing is known to have been silent; nobody could tell whether signer ${name} signed`;
    case 'chain-unseen':
      return `nothing is known to have been silent; no source showed chain ${name}`;
    case 'standby-running':
    case 'standby-failing':
    case 'keys-on-standby':
    case 'standby-doubt':
      return `nothing of the house: this was about the standby of ${name}`;
    case 'standby-orphan':
      return `nothing of the house: ${name} ran in the cloud and nobody wanted it`;
    case 'drill-failed':
      return `nothing of the house: this was about whether a standby of ${name} could be made`;
    case 'on-battery':
      return 'nothing yet: the site ran on battery';
    case 'heartbeat-missed':
      return `${name}: it did not say that all was well`;
    case 'heartbeat-refused':
      return `${name}: what it sent was refused`;
    case 'job-failed':
      return `the work of ${name}: it said itself that it had failed`;
    case 'clock-off':
      return `nothing; what ${name} sent could not be dated`;
    case 'alert':
      return `what the monitoring of the house says: ${name}`;
    case 'new-exit':
      return 'nothing; messages came from another address of the VPN provider';
    case 'vpn-leak':
      return 'nothing; messages came past the VPN';
    case 'two-fences':
      return `nothing; two instances ran with the keys of signer ${name}`;
    case 'override-used':
      return `nothing; the keys of signer ${name} were taken past the guard`;
    case 'zombie':
      return `nothing; a client ran with the keys of signer ${name} and did not hold them`;
    case 'zombie-held':
      return `nothing; a machine with the keys of signer ${name} was on although it was said to be off`;
    case 'break-glass-used':
      return `nothing is known to have been silent; a client of signer ${name} was started without the gate`;
    case 'signed-unheld':
      return `nothing; the keys of signer ${name} signed although nobody held them`;
    case 'foreign-voting-power':
      return `nothing; a node had the key of signer ${name} and did not hold it`;
    case 'slashed':
      return `every client that has keys of this setup, on purpose; keys of signer ${name} were slashed`;
    case 'disputed':
      return `nothing is known to have been silent; target ${name} was seen in two ways`;
    case 'late':
      return 'the watchdog itself: it did not look, or looked late';
    case 'undelivered':
    case 'channel-failing':
      return 'messages of the watchdog';
    case 'store-failing':
      return 'the watchdog itself: it could not remember what it saw';
    case 'report':
      return 'nothing';
    case 'blind':
      return 'the watchdog itself: it could not see the site';
    case 'unknown':
      return 'nothing is known to have been silent; the watchdog could not tell';
  }
}

function summary(incident: IncidentDetail, { at, timezone }: Reader): string[] {
  const { subject, severity, since, resolvedAt } = incident;
  const end =
    resolvedAt === null
      ? `It is still open, ${duration(at - since)} later.`
      : `It was closed at ${localTime(resolvedAt, timezone)}, after ${duration(resolvedAt - since)}.`;
  return [
    '## Summary',
    '',
    `${literal(incident.siteName)} (site ${literal(incident.site)}): ${literal(incident.summary)}. First seen at ${localTime(since, timezone)}. ${end}`,
    '',
    `- Incident: ${literal(incident.id)}`,
    `- About: ${subject.kind} ${literal(subject.id)}, ${incident.kind}, ${severity}`,
    `- Taken on by: ${incident.ack === null ? 'nobody' : literal(incident.ack.by)}`,
    '',
    '_One or two sentences for somebody who was not there: TODO_',
  ];
}

function lasted(incident: IncidentDetail, { at, timezone }: Reader): string {
  const { since, resolvedAt } = incident;
  const wellAt = wellAgainAt(incident);
  if (resolvedAt === null) return `${duration(at - since)} so far`;
  if (wellAt === null) return duration(resolvedAt - since);
  return `${duration(wellAt - since)} until it was seen well again at ${localTime(wellAt, timezone)}; closed ${duration(resolvedAt - wellAt)} later, once it stayed so`;
}

function impact(incident: IncidentDetail, reader: Reader): string[] {
  return [
    '## Impact',
    '',
    `- Duration: ${lasted(incident, reader)}`,
    `- Silent: ${literal(silence(incident.kind, incident.subject.id))}`,
    ...(incident.evidence.length === 0 ? [] : ['- What was seen last:']),
    ...incident.evidence.map((line) => `  - ${literal(line)}`),
    '- Missed duties and what they cost: TODO',
  ];
}

function detection(incident: IncidentDetail, { timezone }: Reader): string[] {
  const { since, openedAt } = incident;
  const sentAt = firstSentAt(incident);
  const opened = `confirmed and opened ${duration(openedAt - since)} after it was first seen`;
  const told =
    sentAt === null
      ? 'no message is known to have been sent'
      : `the first message was sent ${duration(sentAt - since)} after it was first seen, at ${localTime(sentAt, timezone)}`;
  return ['## Detection', '', `- ${opened}`, `- ${told}`, '- From the cause to the first sight of it: TODO'];
}

function timeline(incident: IncidentDetail, { timezone }: Reader): string[] {
  const rows = incident.timeline.map(({ at, event, text }) => [
    clockTime(at, timezone),
    clockTime(at, 'UTC'),
    event,
    literal(text),
  ]);
  return ['## Timeline', '', ...markdownTable([literal(timezone), 'UTC', 'event', 'what'], rows)];
}

function messages(incident: IncidentDetail, { timezone }: Reader): string[] {
  const title = ['## Who was told', ''];
  if (incident.messages.length === 0) return [...title, 'Nobody, or the messages are not kept any more.'];
  const rows = incident.messages.map((message) => [
    clockTime(message.settledAt ?? message.createdAt, timezone),
    clockTime(message.settledAt ?? message.createdAt, 'UTC'),
    literal(message.channel),
    `${message.kind} (${loudness(message)})`,
    fateWords(message),
    literal(message.outcome ?? ''),
  ]);
  const header = [literal(timezone), 'UTC', 'channel', 'message', 'became', 'outcome'];
  return [...title, ...markdownTable(header, rows)];
}

const questions = [
  '## Open questions',
  '',
  '- What was the cause? TODO',
  '- What made it end? TODO',
  '- What went well, and what was luck? TODO',
  '- Was anybody told too late, too often, or for nothing? TODO',
  '- Was a key moved or nearly moved, and was that safe? TODO',
  '- What is changed so that it does not happen again, by whom, until when? TODO',
];

/** The draft as lines; times in the reader's zone with UTC beside them. Pure; whatever came from outside is escaped. */
export function postMortem(incident: IncidentDetail, reader: Reader): string[] {
  const { subject, kind } = incident;
  const date = clockTime(incident.since, reader.timezone).slice(0, 10);
  const about = subject.kind === 'site' || subject.kind === 'self' ? '' : ` ${literal(subject.id)}`;
  const parts = [summary, impact, detection, timeline, messages].map((part) => part(incident, reader));
  return [
    `# Post-mortem: ${literal(incident.siteName)}${about}, ${kind}, ${date}`,
    ...[...parts, questions].flatMap((part) => ['', ...part]),
  ];
}
