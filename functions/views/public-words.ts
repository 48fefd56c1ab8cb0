// What everybody may read: fixed words by kind, made anew without a name, an address or a word of anybody.
import type { ProblemKind, SubjectKind } from '../domain/incident.ts';
import type { Shown } from '../domain/shown.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { type Reading, sinceTime } from './headline-words.ts';
import type { SiteOverview } from './overview.ts';

/** An incident in a few words. */
export const publicTrouble = {
  dark: 'dark or cut off: nothing answers and nothing shows life',
  'vpn-down': 'dark or cut off: nothing answers, not even the VPN exit',
  'inbound-lost': 'the way in is broken, but the house lives',
  'not-signing': 'a signer does not sign',
  unreachable: 'a way in does not answer as it should',
  'exit-unreachable': 'the VPN exit does not answer',
  inactive: 'a signer is not active any more',
  'signing-unknown': 'it cannot be told whether a signer signs',
  'chain-stalled': 'a chain stands still',
  'chain-unseen': 'no source shows a chain',
  disputed: 'a way in answers some who look, and not others',
  'on-battery': 'the house runs on battery',
  'heartbeat-missed': 'something in the house is silent',
  'heartbeat-refused': 'what the house sends is refused',
  'job-failed': 'a job in the house has failed',
  'clock-off': 'a clock in the house is wrong',
  alert: 'the monitoring of the house has an alert',
  'new-exit': 'the house sends by another exit of its VPN',
  'vpn-leak': 'a doubt about safety',
  'two-fences': 'a doubt about safety',
  'override-used': 'a doubt about safety',
  zombie: 'a doubt about safety',
  'zombie-held': 'a doubt about safety',
  'break-glass-used': 'a doubt about safety',
  'signed-unheld': 'a doubt about safety',
  'foreign-voting-power': 'a doubt about safety',
  slashed: 'a doubt about safety',
  'keys-on-standby': 'a doubt about safety',
  'standby-doubt': 'a doubt about safety',
  'standby-running': 'a standby runs',
  'standby-failing': 'a standby needs a person',
  'standby-orphan': 'a machine in the cloud is not known to anybody',
  'drill-failed': 'the failover is in doubt',
  blind: 'the watchdog is blind',
  unknown: 'the watchdog cannot tell how the house is',
  late: 'the watchdog was late',
  undelivered: 'messages of the watchdog are not delivered',
  'channel-failing': 'messages of the watchdog do not arrive',
  'store-failing': 'the watchdog cannot remember',
  report: 'the weekly report',
} as const satisfies Record<ProblemKind, string>;

/** What stands before and after the time. */
const verdicts = {
  ok: ['All is well', ''],
  dark: ['Dark', ''],
  'vpn-down': ['Dark or cut off', ''],
  'not-signing': ['A signer does not sign', ''],
  'inbound-lost': ['The way in is broken', ', but the house lives'],
  degraded: ['Some of it does not answer as it should', ''],
  blind: ['The watchdog is blind', ' and cannot tell how it is'],
  unknown: ['It cannot be told how it is', ''],
} as const satisfies Record<SiteVerdict, readonly [string, string]>;

const unwatched = {
  stale: 'Nobody is watching',
  unwatched: 'Nobody has looked yet.',
  unreadable: 'Nothing is known at the moment.',
} as const;

type Given = Pick<SiteOverview, 'watched' | 'verdict' | 'verdictSince' | 'lastTickAt' | 'tone'>;

/** How a site is, in one sentence. */
export function publicHeadline(site: Given, reading: Reading): string {
  const { watched, verdict, verdictSince, lastTickAt, tone } = site;
  if (watched === 'stale') {
    return lastTickAt === null
      ? `${unwatched.stale}.`
      : `${unwatched.stale} ${sinceTime(lastTickAt, reading)}.`;
  }
  if (watched !== 'yes') return unwatched[watched];
  if (verdict === null) return unwatched.unwatched;
  const since = verdictSince === null ? '' : ` ${sinceTime(verdictSince, reading)}`;
  if (verdict === 'ok' && tone !== 'good') return `Everything answers${since}, but not all is well.`;
  const [before, after] = verdicts[verdict];
  return `${before}${since}${after}.`;
}

/** With which part the id of a subject is shown: `always` where it is the site's own, `never` where it is a word or a name of the house. */
const shownWith = {
  site: 'always',
  power: 'always',
  address: 'always',
  self: 'always',
  ticks: 'always',
  outbox: 'always',
  target: 'targets',
  signer: 'signers',
  chain: 'signers',
  handover: 'signers',
  zombie: 'signers',
  'break-glass': 'signers',
  signature: 'signers',
  'voting-power': 'signers',
  slashing: 'signers',
  standby: 'signers',
  drill: 'signers',
  source: 'never',
  alert: 'never',
  fence: 'never',
  orphan: 'never',
  channel: 'never',
} as const satisfies Record<SubjectKind, 'always' | 'targets' | 'signers' | 'never'>;

/** Whether the id of a subject may be told to those who are shown these parts. */
export function isNamed(kind: SubjectKind, show: readonly Shown[]): boolean {
  const part = shownWith[kind];
  return part === 'always' || (part !== 'never' && show.includes(part));
}
