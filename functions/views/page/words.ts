// Words for a reader who has never seen this before: of states, reasons and events.
import type { ChainState, Quality, SignerState } from '../../domain/facts.ts';
import type { StandbyGlance } from '../../domain/glance.ts';
import type { TimelineEvent } from '../../domain/incident.ts';
import type { Reason } from '../../domain/sample.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Role } from '../../domain/target.ts';
import type { SiteVerdict } from '../../domain/verdict.ts';
import type { SiteOverview } from '../overview.ts';
import { type Tone, verdictTone } from '../verdict.ts';

export const roleWords = {
  inbound: 'port of the house',
  exit: 'VPN exit',
  reference: 'reference host',
  chain: 'public source of a chain',
} as const satisfies Record<Role, string>;

export const qualityTone = {
  good: 'good',
  bad: 'bad',
  unknown: 'doubt',
} as const satisfies Record<Quality, Tone>;

const reasonWords = {
  timeout: 'no answer in time',
  refused: 'connection refused',
  reset: 'connection broken off',
  dns: 'name not found',
  unreachable: 'unreachable',
  tls: 'TLS or certificate wrong',
  status: 'wrong status',
  body: 'wrong answer',
  protocol: 'speaks something else',
  'wrong-chain': 'wrong chain',
  syncing: 'still syncing',
  stale: 'head too old',
  lagging: 'lags behind',
  'few-peers': 'too few peers',
  identity: 'another node answers',
  misadvertised: 'advertises another address',
  aborted: 'the look was cut short',
  lease: 'its port is not known',
} as const satisfies Record<Reason, string>;

export function targetWord(quality: Quality, reason: Reason | null): string {
  if (quality === 'good') return 'answers';
  if (reason !== null) return reasonWords[reason];
  return quality === 'bad' ? 'does not answer' : 'not known';
}

export const signerWord = {
  signing: 'signs',
  quiet: 'quiet for a while',
  silent: 'does not sign',
  inactive: 'not active',
  unknown: 'not known',
} as const satisfies Record<SignerState, string>;

export const chainWord = {
  moving: 'moves',
  stalled: 'stands still',
  unknown: 'not known',
} as const satisfies Record<ChainState, string>;

export const severityTone = {
  critical: 'bad',
  warning: 'doubt',
  info: 'none',
} as const satisfies Record<Severity, string>;

export const severityWord = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'For information',
} as const satisfies Record<Severity, string>;

export const eventWord = {
  opened: 'Opened',
  changed: 'Changed',
  relapsed: 'Bad again',
  recovering: 'Looks well again',
  resolved: 'Over',
  held: 'Held back',
  told: 'Told',
  acknowledged: 'Acknowledged',
  'ack-over': 'Acknowledgement over',
  cleared: 'Cause stated',
  'seen-again': 'Seen again',
  standby: 'Standby',
} as const satisfies Record<TimelineEvent, string>;

const verdictWord = {
  ok: 'Well',
  dark: 'Dark',
  'vpn-down': 'Cut off',
  'not-signing': 'Not signing',
  'inbound-lost': 'Way in broken',
  degraded: 'Partly down',
  blind: 'Blind',
  unknown: 'Not known',
} as const satisfies Record<SiteVerdict, string>;

/** One or two words for a whole site; never better than its tone. */
export function siteWord({
  watched,
  verdict,
  tone,
}: Pick<SiteOverview, 'watched' | 'verdict' | 'tone'>): string {
  if (watched === 'unwatched') return 'Not watched yet';
  if (watched === 'unreadable') return 'Not readable';
  if (watched === 'stale') return 'Nobody watches';
  if (verdict === null) return tone === 'good' ? 'Well' : tone === 'bad' ? 'Trouble' : 'Look';
  if (verdictTone[verdict] === 'good' && tone !== 'good') return tone === 'bad' ? 'Trouble' : 'Look';
  return verdictWord[verdict];
}

const severitySigns: Readonly<Record<string, Tone | 'none'>> = severityTone;

/** Of a severity as it was filed, which may be of a later program. */
export const severitySign = (severity: string): Tone | 'none' => severitySigns[severity] ?? 'none';

const stateWords: Readonly<Record<string, string>> = {
  good: 'well',
  bad: 'not well',
  ...Object.fromEntries(Object.entries(verdictWord).map(([state, word]) => [state, word.toLowerCase()])),
  ...signerWord,
};

/** Of a state as a day counts it: of a site, a signer or a target. */
export const stateWord = (state: string): string => stateWords[state] ?? state;

/** E.g. `1 key`, `3 keys`. */
export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** How far a standby is. */
export const standbyPhase = {
  wanted: { tone: 'doubt', word: 'is wanted' },
  waiting: { tone: 'doubt', word: 'waits to be made' },
  creating: { tone: 'doubt', word: 'is being made' },
  booting: { tone: 'doubt', word: 'starts' },
  syncing: { tone: 'doubt', word: 'syncs' },
  synced: { tone: 'good', word: 'is synced and ready' },
  releasing: { tone: 'none', word: 'is being deleted' },
  gone: { tone: 'none', word: 'is gone' },
  failed: { tone: 'bad', word: 'has failed' },
} as const satisfies Record<StandbyGlance['phase'], { readonly tone: Tone | 'none'; readonly word: string }>;

/** Whether keys are on it: of a node that has never held any there must be none. */
export function keysOnStandby({ keys, hasHeldKeys }: Pick<StandbyGlance, 'keys' | 'hasHeldKeys'>): {
  readonly words: string;
  readonly isBad: boolean;
} {
  if (keys === 'present' && !hasHeldKeys) return { words: 'KEYS ARE ON IT, and must not be', isBad: true };
  if (keys === 'present') return { words: 'holds keys', isBad: false };
  if (keys === 'absent') return { words: hasHeldKeys ? 'no keys on it now' : 'no keys on it', isBad: false };
  return { words: 'it is not known whether keys are on it', isBad: false };
}
