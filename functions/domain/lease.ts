// Ports of the house that its exit forwards only for a while: who may tell them, and what a port is worth at a moment. Pure.

/** What is agreed of a target whose port is leased. */
export type LeaseRules = {
  /** The only sender that may tell its port. */
  readonly source: string;
  /** The lowest and the highest port that is believed. */
  readonly from: number;
  readonly to: number;
  /** What is probed as long as none was ever told; null for nothing. */
  readonly fallback: number | null;
};

export type LeasedTarget = { readonly target: string; readonly lease: LeaseRules };

/** Those of the targets whose port is leased. */
export const leasedIn = (
  targets: readonly { readonly id: string; readonly lease: LeaseRules | null }[],
): LeasedTarget[] => targets.flatMap(({ id: target, lease }) => (lease === null ? [] : [{ target, lease }]));

/** A port as a message tells it. `validUntil` is when the lease ends, epoch ms. */
export type ToldPort = { readonly target: string; readonly port: number; readonly validUntil: number };

/** Why a port that was told is not used. */
export const portRefusals = ['not-leased', 'other-sender', 'out-of-range', 'not-from-exit'] as const;
export type PortRefusal = (typeof portRefusals)[number];

/** A port that was told and, if it may not be used, why. */
export type JudgedPort = ToldPort & { readonly refusal: PortRefusal | null };

/** What the sender told last of a target, by an exit. Times are ours, but for `saidAt`. */
export type PortReport = ToldPort & {
  /** When it was last told. */
  readonly at: number;
  /** Since when it has been this port. */
  readonly since: number;
  /** What the clock of the sender said, epoch ms; null when it does not say. */
  readonly saidAt: number | null;
};

/** Evidence of a port that was told and is not used. */
export type RefusedPort = {
  readonly target: string;
  readonly source: string;
  readonly port: number;
  readonly at: number;
  readonly why: PortRefusal;
};

/** What is known of the port of a target. */
export type LeaseFact = {
  /** Null while none was ever told and there is none to fall back on. */
  readonly port: number | null;
  /** When its lease ends; null while none was ever told. */
  readonly validUntil: number | null;
  /** Since when it has been this port; null while none was ever told. */
  readonly since: number | null;
  /** A port that was told later and is not used; null when there is none. */
  readonly refused: { readonly port: number; readonly why: PortRefusal; readonly at: number } | null;
};

/** Why a port must not be used; null when it may. */
export function refusalOf(
  { target, port }: ToldPort,
  told: {
    readonly source: string;
    readonly isFromExit: boolean;
    readonly leased: readonly LeasedTarget[];
  },
): PortRefusal | null {
  const lease = told.leased.find((each) => each.target === target)?.lease;
  if (lease === undefined) return 'not-leased';
  if (lease.source !== told.source) return 'other-sender';
  if (port < lease.from || port > lease.to) return 'out-of-range';
  return told.isFromExit ? null : 'not-from-exit';
}

/** Messages overtake each other by seconds; whatever comes later than this after another is newer, whatever its clock says. */
const overtakenMs = 60_000;

/** What is known of a port after it was told by a message that may tell it. */
export function reportAfter(
  before: PortReport | undefined,
  { target, port, validUntil }: ToldPort,
  { at, sentAt }: { readonly at: number; readonly sentAt: number | null },
): PortReport {
  const wasOvertaken =
    before !== undefined &&
    (at < before.at ||
      (sentAt !== null && before.saidAt !== null && sentAt < before.saidAt && at - before.at < overtakenMs));
  if (wasOvertaken) return before;
  const since = before?.port === port ? before.since : at;
  // A clock that is ahead would make the lease longer than it is; a message that took its time must not.
  const aheadMs = sentAt === null ? 0 : Math.max(0, sentAt - at);
  return { target, port, validUntil: validUntil - aheadMs, at, since, saidAt: sentAt };
}

const untold = { port: null, validUntil: null, since: null, refused: null } as const;

/** What is known of the port of a target now. `heard` is null when that could not be read: then what was known before stands. */
export function leaseFact(
  { target, lease }: LeasedTarget,
  heard: { readonly ports: readonly PortReport[]; readonly refusedPorts: readonly RefusedPort[] } | null,
  before: LeaseFact | null,
): LeaseFact {
  if (heard === null) return before ?? { ...untold, port: lease.fallback };
  const told = heard.ports.find((each) => each.target === target);
  // The configuration may have changed since it was told.
  const isAllowed = told !== undefined && told.port >= lease.from && told.port <= lease.to;
  const known = isAllowed
    ? { port: told.port, validUntil: told.validUntil, since: told.since }
    : { port: told === undefined ? lease.fallback : null, validUntil: null, since: null };
  const not = heard.refusedPorts.find((each) => each.target === target);
  const isNewer = not !== undefined && not.at > (isAllowed ? told.at : Number.NEGATIVE_INFINITY);
  return { ...known, refused: isNewer ? { port: not.port, why: not.why, at: not.at } : null };
}

export const refusalWords = {
  'not-leased': 'the port of that target is not leased',
  'other-sender': 'another sender tells the port of that target',
  'out-of-range': 'the port is outside the range of that target',
  'not-from-exit': 'it did not come from an exit',
} as const satisfies Record<PortRefusal, string>;

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const refusedWords = ({ refused }: LeaseFact): string =>
  refused === null ? '' : `; port ${refused.port} was told and is not used: ${refusalWords[refused.why]}`;

/** The port to probe at a moment, or why there is none. */
export type PortNow =
  | { readonly isKnown: true; readonly port: number }
  | { readonly isKnown: false; readonly why: string };

export function portAt(fact: LeaseFact, at: number): PortNow {
  const { port, validUntil } = fact;
  if (port === null) return { isKnown: false, why: `no port was told${refusedWords(fact)}` };
  return validUntil === null || at < validUntil
    ? { isKnown: true, port }
    : { isKnown: false, why: `the lease of port ${port} ended ${utc(validUntil)}${refusedWords(fact)}` };
}

/** How long after a port was told for the first time a bad answer there says nothing: forwards and clients follow within seconds. */
export const settleMs = 90_000;

/** Null when a bad answer at this moment counts; else why it does not. */
export function doubtOfBad(fact: LeaseFact, at: number): string | null {
  const now = portAt(fact, at);
  if (!now.isKnown) return now.why;
  const { since } = fact;
  return since !== null && at - since < settleMs
    ? `port ${now.port} is new since ${utc(since)}, and does not answer yet`
    : null;
}
