// Reduces the facts of a site to the few signals with few values that the verdict table is written in.
import type { Facts, Quality, SignerFact, TargetFact } from './facts.ts';
import { isExpected } from './handover/expected.ts';
import type { Policy } from './policy.ts';
import type { Reason } from './sample.ts';
import { isDisputed } from './witness.ts';

export const signalValues = {
  references: ['working', 'failing', 'unknown'],
  inbound: ['none', 'all-good', 'some-bad', 'all-bad', 'unknown'],
  exit: ['none', 'reachable', 'unreachable', 'unknown'],
  life: ['seen', 'none'],
  signers: ['none-silent', 'some-silent'],
  power: ['dying', 'no-news'],
} as const;

/** Every combination of these values has exactly one verdict; docs/reference/verdicts.md prints them all. */
export type Signals = { readonly [Name in keyof typeof signalValues]: (typeof signalValues)[Name][number] };

/** An act in the house, dated by the act itself. */
type Act = { readonly source: string; readonly at: number; readonly freshMs: number };

function count(targets: readonly TargetFact[], quality: Quality): number {
  return targets.filter((target) => target.quality === quality).length;
}

/** A client that says of itself that it is behind is not well, and yet its answer shows that its house is neither dark nor cut off. */
const saysSo: readonly (Reason | null)[] = ['syncing', 'stale', 'lagging', 'few-peers'];

/**
 * How the ways into the house are. A run that ends early leaves some targets unknown: as long as most of them were seen and
 * every one of those was bad, that must not hide a blackout; but all good takes every one.
 */
function inbound(targets: readonly TargetFact[]): Signals['inbound'] {
  if (targets.length === 0) return 'none';
  // Whoever does not know where its way in is has nothing to say for or against a blackout.
  const voices = targets.filter(({ reason }) => reason !== 'lease').length;
  const bad = count(targets, 'bad');
  const good = count(targets, 'good');
  if (good === targets.length) return 'all-good';
  const hasAnswered = good > 0 || targets.some(({ reason }) => saysSo.includes(reason));
  // Bad for one of those who looked: that is no evidence of a blackout, but neither is it nothing.
  const isDoubtful = bad > 0 || targets.some(isDisputed);
  if (isDoubtful && hasAnswered) return 'some-bad';
  if (bad * 2 > voices) return 'all-bad';
  return 'unknown';
}

function exit(targets: readonly TargetFact[]): Signals['exit'] {
  if (targets.length === 0) return 'none';
  if (count(targets, 'good') > 0) return 'reachable';
  return count(targets, 'bad') === targets.length ? 'unreachable' : 'unknown';
}

function references(targets: readonly TargetFact[]): Signals['references'] {
  if (count(targets, 'good') > 0) return 'working';
  return targets.length >= 2 && count(targets, 'bad') === targets.length ? 'failing' : 'unknown';
}

/** After a handover a signature shows whoever holds the keys. Where nobody is named it is the house, as before there was any handover. */
const isOurs = ({ holder }: SignerFact, site: string): boolean =>
  holder === null || holder === `basement/${site}`;

function acts(facts: Facts, policy: Policy): Act[] {
  const beats = facts.heartbeats.map((beat) => ({
    source: `heartbeat ${beat.source}`,
    at: beat.sentAt,
    freshMs: beat.freshMs,
  }));
  // What a silent signer did before it fell silent shows nothing of now.
  const signatures = facts.signers.flatMap((signer) =>
    signer.actAt === null || signer.state === 'silent' || !isOurs(signer, facts.site)
      ? []
      : [{ source: `signer ${signer.id}`, at: signer.actAt, freshMs: policy.life.signatureFreshMs }],
  );
  return [...beats, ...signatures];
}

/**
 * The acts that prove that the house lives now: fresh, not from the future, and while inbound is all bad later than the
 * first bad tick. An act from before the trouble says nothing about it, however recent it is.
 */
export function lifeSigns(facts: Facts, policy: Policy): readonly Act[] {
  const after =
    facts.inboundBadSince === null ? Number.NEGATIVE_INFINITY : facts.inboundBadSince + policy.life.marginMs;
  return acts(facts, policy).filter(
    (act) => act.at > after && act.at >= facts.at - act.freshMs && act.at <= facts.at + policy.life.marginMs,
  );
}

/** True when the UPS said that power was going and every heartbeat that there ever was has since been missed. */
function isDying(facts: Facts, policy: Policy): boolean {
  const { power } = facts;
  if (power === null || power.state === 'online' || power.at < facts.at - policy.gaspMs) return false;
  return (
    facts.heartbeats.length > 0 &&
    facts.heartbeats.every((beat) => !beat.isDoubtful && beat.sentAt < facts.at - beat.freshMs)
  );
}

/** The part of the signals that needs nothing but the probed targets. */
export function reachability(
  targets: readonly TargetFact[],
): Pick<Signals, 'references' | 'inbound' | 'exit'> {
  const role = (name: TargetFact['role']): TargetFact[] => targets.filter((target) => target.role === name);
  return {
    references: references(role('reference')),
    inbound: inbound(role('inbound')),
    exit: exit(role('exit')),
  };
}

export function signalsOf(facts: Facts, policy: Policy): Signals {
  return {
    ...reachability(facts.targets),
    life: lifeSigns(facts, policy).length > 0 ? 'seen' : 'none',
    signers: facts.signers.some((signer) => signer.state === 'silent' && isExpected(signer, facts.at))
      ? 'some-silent'
      : 'none-silent',
    power: isDying(facts, policy) ? 'dying' : 'no-news',
  };
}
