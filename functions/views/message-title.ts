// The title of a message: how loud it is, where, and what, so that whoever reads no more knows enough.
import type { ProblemKind } from '../domain/incident.ts';
import type { Notice, NoticeItem } from '../domain/notice.ts';
import { fleetSubject } from '../domain/standby/observe-standby.ts';
import { duration } from './time.ts';

const longestTitle = 100;

/** Without what tells it from other alerts of that name. */
const alertName = (id: string): string => id.replace(/-[0-9a-f]{8,}$/, '');

export const nameOf = ({ subject }: NoticeItem): string =>
  subject.kind === 'alert' ? alertName(subject.id) : subject.id;

/** The trouble in a few words, with the name of what is in trouble. */
function trouble(problem: ProblemKind, name: string): string {
  switch (problem) {
    case 'dark':
      return 'dark or cut off';
    case 'vpn-down':
      return 'dark or cut off, the VPN exit is unreachable';
    case 'inbound-lost':
      return 'the way in is broken, the house lives';
    case 'not-signing':
      return `signer ${name} is not signing`;
    case 'unreachable':
      return `${name} does not answer as it should`;
    case 'exit-unreachable':
      return `VPN exit ${name} does not answer`;
    case 'inactive':
      return `signer ${name} is not active any more`;
    case 'signing-unknown':
      return `cannot tell whether signer ${name} signs`;
    case 'chain-unseen':
      return `no source shows chain ${name}`;
    case 'chain-stalled':
      return `chain ${name} stands still`;
    case 'disputed':
      return `${name} is disputed: it answers one of us, and not the other`;
    case 'on-battery':
      return 'on battery, the house has lost power';
    case 'heartbeat-missed':
      return `no word from ${name}`;
    case 'heartbeat-refused':
      return `what ${name} sends is refused`;
    case 'job-failed':
      return `${name} failed`;
    case 'clock-off':
      return `the clock of ${name} is wrong`;
    case 'alert':
      return alertName(name);
    case 'new-exit':
      return 'sends from a new address of its VPN provider';
    case 'vpn-leak':
      return 'VPN LEAK, the home address may be showing';
    case 'two-fences':
      return `TWO INSTANCES RUN for signer ${name}`;
    case 'override-used':
      return `THE GUARD WAS SKIPPED for the keys of ${name}`;
    case 'zombie':
      return `ZOMBIE: a client of ${name} RUNS and does not hold its keys`;
    case 'zombie-held':
      return `BACK: a machine of ${name} is on again, and its fence holds it`;
    case 'break-glass-used':
      return `GLASS BROKEN: ${name} was started without the gate`;
    case 'signed-unheld':
      return `${name} SIGNS although NOBODY holds its keys`;
    case 'foreign-voting-power':
      return `A NODE HAS THE KEY of ${name} and does not hold it`;
    case 'slashed':
      return `SLASHED: STOP EVERY CLIENT, keys of ${name}`;
    case 'standby-running':
      return `a standby of ${name} runs`;
    case 'standby-failing':
      return name === fleetSubject.id ? 'standbys need you' : `the standby of ${name} needs you`;
    case 'keys-on-standby':
      return `KEYS ON THE STANDBY of ${name}`;
    case 'standby-doubt':
      return `THE STANDBY of ${name} CANNOT BE BELIEVED`;
    case 'standby-orphan':
      return `${name} runs in the cloud and nobody wants it`;
    case 'drill-failed':
      return `the failover of ${name} is in doubt`;
    case 'late':
      return 'the watchdog was late';
    case 'undelivered':
      return 'messages are not delivered';
    case 'channel-failing':
      return `nothing arrives by ${name}`;
    case 'store-failing':
      return 'the watchdog cannot remember, its store fails';
    case 'report':
      return 'weekly report, the watchdog is there';
    case 'blind':
      return 'the watchdog is blind';
    case 'unknown':
      return 'the watchdog cannot tell how it is';
  }
}

/** At most so long, with a mark where something is missing. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not in the middle of a character that takes two places.
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

/** That something is over, where that cannot be said by how long the trouble lasted. */
function againWell({ problem, subject: { id } }: NoticeItem): string | null {
  if (problem === 'late') return 'the watchdog looks in time again';
  if (problem === 'undelivered') return 'messages are delivered again';
  if (problem === 'channel-failing') return `messages arrive by ${id} again`;
  if (problem === 'standby-running') return `the standby of ${id} is gone`;
  if (problem === 'drill-failed') return `the failover of ${id} is in doubt no more`;
  return problem === 'standby-orphan' ? `${id} is gone, or somebody wants it` : null;
}

/** What is done, and for how many more something is done that the body tells of. */
function progressHeadline({ items }: Notice): string {
  const [first, ...others] = items.flatMap(({ doing }) => doing);
  if (first === undefined) return 'what is done about it comes along';
  return others.length === 0 ? first : `${first} (and ${others.length} more)`;
}

function headline(notice: Notice): string {
  const { kind, items, at } = notice;
  const [first] = items;
  if (first === undefined) return 'no details';
  if (kind === 'progress') return progressHeadline(notice);
  if (items.length === 1) {
    const again = kind === 'resolved' ? againWell(first) : null;
    if (again !== null) return again;
    const lasted = kind === 'resolved' ? `, after ${duration(at - first.since)}` : '';
    return `${trouble(first.problem, first.subject.id)}${lasted}`;
  }
  const names = items.map(nameOf).join(', ');
  if (first.subject.kind === 'alert') return `${items.length} alerts of the house: ${names}`;
  if (first.problem === 'standby-running') {
    return `${items.length} standbys ${kind === 'resolved' ? 'are gone' : 'still run'}: ${names}`;
  }
  if (first.problem === 'standby-failing') {
    return `${items.length} standbys ${kind === 'resolved' ? 'need you no more' : 'need you'}: ${names}`;
  }
  const state = first.problem === 'disputed' ? 'are disputed' : 'do not answer as they should';
  const what = kind === 'resolved' ? 'are well again' : state;
  return `${items.length} targets ${what}: ${names}`;
}

function label({ kind, severity }: Notice): string {
  switch (kind) {
    case 'opened':
      return severity.toUpperCase();
    case 'raised':
      return `NOW ${severity.toUpperCase()}`;
    case 'escalated':
      return `UNANSWERED ${severity.toUpperCase()}`;
    case 'reminder':
      return `STILL ${severity.toUpperCase()}`;
    case 'progress':
      return `UPDATE ${severity.toUpperCase()}`;
    case 'acknowledged':
      return `ACKNOWLEDGED ${severity.toUpperCase()}`;
    case 'lowered':
      return `LOWERED TO ${severity.toUpperCase()}`;
    case 'resolved':
      return 'RESOLVED';
    case 'report':
      return 'REPORT';
    case 'direct':
      return `UNCONFIRMED ${severity.toUpperCase()}`;
  }
}

/** At most 100 characters, of which the first say how loud it is. */
export const titleOf = (notice: Notice): string =>
  cut(`${label(notice)} ${cut(notice.siteName, 40)}: ${headline(notice)}`, longestTitle);
