// From what the house says of itself to what it means: power, senders, alerts, the addresses that it sends from, and its fences.
import type { Facts, PowerFact } from './facts.ts';
import type { Problem, Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import type { HeartbeatRules, SiteRules } from './policy.ts';
import { observeFences } from './observe-fences.ts';
import type { Alert, Beat, Pulse, Stranger } from './pulse.ts';

export type HouseContext = {
  readonly rules: SiteRules;
  readonly at: number;
  readonly facts: Pick<Facts, 'power' | 'heartbeats'>;
  /** Sources that we were refusing lately. */
  readonly refused: readonly string[];
  /** The site itself is in trouble, or comes back from it, and speaks for whatever does not come from it. */
  readonly isSiteDown: boolean;
  /** It is dark or cut off. */
  readonly isDark: boolean;
  /** When a person stated the cause of what is open about a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

type Observed = { readonly subject: Subject; readonly observation: Observation };

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };
const minuteMs = 60_000;

type Wrong = Pick<Problem, 'kind' | 'severity' | 'summary' | 'evidence'>;

const bad = (wrong: Wrong, confirmMs = 0): Observation => ({
  status: 'bad',
  problem: { ...wrong, confirmTicks: 1, confirmMs },
});

const minutes = (ms: number): string => {
  const count = Math.max(1, Math.round(ms / minuteMs));
  return `${count} minute${count === 1 ? '' : 's'}`;
};

const powerWords = {
  'on-battery': 'the house has lost power',
  'low-battery': 'the house has lost power, and its battery is nearly empty',
  'shutting-down': 'the house has lost power and is shutting down',
} as const;

/** Whoever runs so long after its battery was nearly empty has power again, and only did not say so. */
const surelyBackMs = 10 * minuteMs;

function isSurelyBack(power: PowerFact, facts: HouseContext['facts']): boolean {
  if (power.state !== 'low-battery' && power.state !== 'shutting-down') return false;
  return facts.heartbeats.some((beat) => beat.sentAt >= power.at + surelyBackMs);
}

function observePower({ facts, isDark }: HouseContext): Observation {
  const { power } = facts;
  if (power === null) return unknown;
  if (power.state === 'online' || isSurelyBack(power, facts)) return good;
  // The page of the blackout says that the UPS told of it.
  if (isDark) return { status: 'suppressed' };
  const left = power.runtimeMs === null ? '' : `, ${minutes(power.runtimeMs)} of battery`;
  const charge = power.charge === null ? '' : `, charge ${Math.round(power.charge)} %`;
  const runtime = power.runtimeMs === null ? '' : `, ${minutes(power.runtimeMs)} left as it reckons`;
  return bad({
    kind: 'on-battery',
    severity: 'warning',
    summary: `${powerWords[power.state]}${left}`,
    evidence: [`the UPS says ${power.state}${charge}${runtime}`],
  });
}

const clockOffMs = 90_000;
const clockConfirmMs = 5 * minuteMs;

function failed(source: string, { failure }: Beat, rules: HeartbeatRules): Observation | null {
  if (failure === null) return null;
  const code = failure.code === null ? '' : ` with exit code ${failure.code}`;
  return bad({
    kind: 'job-failed',
    severity: rules.severity,
    summary: `${source} says that it failed${code}`,
    evidence: failure.text === '' ? [] : [failure.text],
  });
}

const isLate = (beat: Beat, { lateMs }: HeartbeatRules, at: number): boolean =>
  beat.okAt !== null && at - beat.okAt > lateMs;

const lookEveryMs = 10 * minuteMs;
const lookAtMs = 7 * minuteMs;

/**
 * True when it has to be found out whether we refuse what a source sends: at once where its silence says something, in a minute of ten where
 * a source is merely missing, so that the steady state costs nothing.
 */
export function isRefusalWanted(
  { beats, power }: Pulse,
  { heartbeats }: Pick<SiteRules, 'heartbeats'>,
  at: number,
): boolean {
  const isGasping = Object.values(power).some(({ state }) => state !== 'online');
  const missing = heartbeats.filter((rules) => {
    const beat = beats[rules.source];
    return beat === undefined || beat.okAt === null || isLate(beat, rules, at);
  });
  const isTelling = missing.some(
    ({ source, silence }) => silence !== null && (beats[source]?.okAt ?? null) !== null,
  );
  const isTime = Math.floor((at % lookEveryMs) / minuteMs) === lookAtMs / minuteMs;
  return isTelling || (isGasping && heartbeats.length > 0) || (isTime && missing.length > 0);
}

/** While we refuse what it sends, its absence is our own doing: that is told once it lasts, for nobody else would notice. */
function refusing(source: string, { policy }: SiteRules): Observation {
  return bad(
    {
      kind: 'heartbeat-refused',
      severity: 'warning',
      summary: `what ${source} sends is refused, so whether it lives is not known`,
      evidence: ['it shows a wrong token, or somebody calls too often in its name'],
    },
    policy.unknown.afterMs,
  );
}

/** A sender that was never heard is unknown, not silent. */
function observeSource(beat: Beat | undefined, rules: HeartbeatRules, context: HouseContext): Observation {
  const { at, refused, isSiteDown } = context;
  const { source, lateMs, silence } = rules;
  const isRefused = refused.includes(source);
  if (beat === undefined) return isRefused ? refusing(source, context.rules) : unknown;
  const failure = failed(source, beat, rules);
  if (failure !== null) return failure;
  if (beat.okAt === null) return isRefused ? refusing(source, context.rules) : unknown;
  if (isLate(beat, rules, at)) {
    if (isRefused) return refusing(source, context.rules);
    // It speaks, though from where it proves nothing: that is told by itself.
    if (silence === null || at - beat.heardAt <= lateMs) return unknown;
    if (isSiteDown) return { status: 'suppressed' };
    const lateBy = at - beat.okAt;
    return bad({
      kind: 'heartbeat-missed',
      severity: silence,
      summary: `${source} has not said that all is well for longer than agreed`,
      evidence: [`last heard ${minutes(lateBy)} ago; agreed is ${minutes(lateMs)}`],
    });
  }
  if (Math.abs(beat.clockBehindMs) <= clockOffMs) return good;
  const way = beat.clockBehindMs > 0 ? 'behind' : 'ahead';
  return bad(
    {
      kind: 'clock-off',
      severity: 'warning',
      summary: `the clock of ${source} is wrong, so what it sends shows no life`,
      evidence: [`${minutes(Math.abs(beat.clockBehindMs))} ${way} of ours`],
    },
    clockConfirmMs,
  );
}

function observeAlert({ severity, summary, labels }: Alert): Observation {
  return bad({ kind: 'alert', severity, summary, evidence: labels === '' ? [] : [labels] });
}

/** Twice within this time from one network is no accident. */
const leakWithinMs = 10 * minuteMs;
const strangerMs = 60 * minuteMs;

const isLeak = ({ isOfProvider, at, before }: Stranger, since: number): boolean =>
  !isOfProvider && before !== null && before > since && at - before <= leakWithinMs;

function observeAddress({ strangers }: Pulse, since: number, at: number): Observation {
  const lately = strangers.filter((each) => each.at > since && at - each.at <= strangerMs);
  const leaks = lately.filter((each) => isLeak(each, since));
  if (leaks.length > 0) {
    return bad({
      kind: 'vpn-leak',
      severity: 'critical',
      summary: 'the house sends past its VPN: its own address is showing, or somebody else has its token',
      evidence: leaks.map(({ network }) => `twice within ten minutes from ${network}, which is no exit`),
    });
  }
  const exits = lately.filter(({ isOfProvider }) => isOfProvider);
  if (exits.length > 0) {
    return bad({
      kind: 'new-exit',
      severity: 'warning',
      summary: 'messages of the house come from another exit of its VPN provider: is that yours?',
      evidence: exits.map(({ network }) => `from ${network}; if it is yours, add it to \`exits\``),
    });
  }
  return lately.length > 0 ? unknown : good;
}

/** The subjects of what the house says. What it does not say any more is not among them; see `isOver`. */
export function observeHouse(pulse: Pulse, context: HouseContext): Observed[] {
  const { rules, at, facts, clearedAt } = context;
  const site = (kind: Subject['kind']): Subject => ({ kind, id: rules.id });
  const sinceOf = (subject: Subject): number => clearedAt(subject) ?? Number.NEGATIVE_INFINITY;
  const address = site('address');
  return [
    ...(facts.power === null ? [] : [{ subject: site('power'), observation: observePower(context) }]),
    ...rules.heartbeats.map((each) => ({
      subject: { kind: 'source' as const, id: each.source },
      observation: observeSource(pulse.beats[each.source], each, context),
    })),
    ...pulse.alerts.map((alert) => ({
      subject: { kind: 'alert' as const, id: alert.id },
      observation: observeAlert(alert),
    })),
    { subject: address, observation: observeAddress(pulse, sinceOf(address), at) },
    ...observeFences(pulse, { rules, at, clearedAt }),
  ];
}
