// From a judgement to what it means for each subject: site, signers, chains, targets, and the watcher itself.
import type { Facts, TargetFact } from './facts.ts';
import type { Problem, Subject } from './incident.ts';
import type { Judgement } from './judge.ts';
import type { Observation } from './machine.ts';
import { observeChain, observeSigner } from './observe-chain.ts';
import { lifeLine } from './life-line.ts';
import type { SiteRules } from './policy.ts';
import { isBlind } from './verdict.ts';
import { isDisputed } from './witness.ts';

export type Observed = { readonly subject: Subject; readonly observation: Observation };

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };
const bad = (problem: Problem): Observation => ({ status: 'bad', problem });

const elsewhere = 'it answers us, and not the witness';

/** What is wrong with a target, without its name. */
function troubleOf({ quality, reason, detail, witness }: TargetFact): string {
  const isOnlySeenElsewhere = quality !== 'good' && reason === null && witness?.word === 'disputed';
  const what = isOnlySeenElsewhere ? elsewhere : (reason ?? quality);
  return detail === null ? what : `${what}, ${detail}`;
}

const describeTarget = (target: TargetFact): string => `${target.id}: ${troubleOf(target)}`;

function badTargets(facts: Facts, role: TargetFact['role']): string[] {
  return facts.targets
    .filter((target) => target.role === role && target.quality === 'bad')
    .map(describeTarget);
}

function wayIn(facts: Facts): string[] {
  const inbound = facts.targets.filter((target) => target.role === 'inbound');
  if (inbound.length === 0) return [];
  const unplaced = inbound.filter(({ reason }) => reason === 'lease').map(describeTarget);
  const lines = [...badTargets(facts, 'inbound'), ...unplaced];
  const shown = lines.length <= 3 ? lines : [...lines.slice(0, 2), `and ${lines.length - 2} more`];
  return [`inbound ${inbound.length - lines.length}/${inbound.length} good`, ...shown];
}

/** What a blackout looks like: shared by the verdicts that mean one. */
function outage(facts: Facts, judgement: Judgement, rules: SiteRules): Problem {
  const { policy } = rules;
  const evidence = [
    ...wayIn(facts),
    lifeLine(judgement.life),
    ...badTargets(facts, 'exit').map((line) => `VPN exit ${line}`),
  ];
  if (judgement.verdict === 'vpn-down') {
    return {
      kind: 'vpn-down',
      severity: 'critical',
      summary: 'dark or cut off: nothing answers, and the VPN exit itself is unreachable',
      evidence,
      confirmTicks: policy.vpnDown.confirmTicks,
      confirmMs: 0,
    };
  }
  return {
    kind: 'dark',
    severity: 'critical',
    summary: judgement.certain
      ? 'dark: the UPS told of power going, then everything stopped'
      : 'dark or cut off: nothing answers and nothing shows life',
    evidence,
    // A blackout that announced itself needs no second look.
    confirmTicks: judgement.certain ? 1 : policy.dark.confirmTicks,
    confirmMs: 0,
  };
}

function inboundLost(facts: Facts, judgement: Judgement, rules: SiteRules): Problem {
  return {
    kind: 'inbound-lost',
    severity: 'warning',
    summary: 'the way in is broken, but the house lives: not an outage',
    evidence: [...wayIn(facts), lifeLine(judgement.life)],
    confirmTicks: rules.policy.inboundLost.confirmTicks,
    confirmMs: 0,
  };
}

function site(facts: Facts, judgement: Judgement, rules: SiteRules): Observation {
  switch (judgement.verdict) {
    case 'ok':
    case 'degraded':
      return good;
    case 'dark':
    case 'vpn-down':
      return bad(outage(facts, judgement, rules));
    case 'inbound-lost':
      return bad(inboundLost(facts, judgement, rules));
    case 'not-signing':
      // The signer speaks for itself; the site's own matter is whether there still is a way in.
      if (judgement.signals.inbound === 'all-bad') return bad(inboundLost(facts, judgement, rules));
      return judgement.signals.inbound === 'unknown' ? unknown : good;
    case 'blind':
    case 'unknown':
      return unknown;
  }
}

function self(judgement: Judgement, facts: Facts, rules: SiteRules): Observation {
  // Also when a gasp made the blackout of this house certain: blind is what we are, whatever is known of the house.
  if (isBlind(judgement.signals)) {
    // Each site sees the same blindness; one of them tells of it.
    if (!rules.reportsSelf) return unknown;
    return bad({
      kind: 'blind',
      severity: 'critical',
      summary: 'the watchdog is blind: its own network fails, so it cannot tell how the house is',
      evidence: badTargets(facts, 'reference').slice(0, 3),
      confirmTicks: rules.policy.blind.confirmTicks,
      confirmMs: 0,
    });
  }
  if (judgement.verdict === 'unknown') {
    return bad({
      kind: 'unknown',
      severity: 'warning',
      summary: 'the watchdog cannot tell how the house is',
      evidence: [...wayIn(facts), lifeLine(judgement.life)],
      confirmTicks: 1,
      confirmMs: rules.policy.unknown.afterMs,
    });
  }
  return good;
}

// What has to last opens nothing about something else: an incident that is open stays what it was while its end is disputed.
const disputed = (target: TargetFact): Problem => ({
  kind: 'disputed',
  severity: 'info',
  summary: `${target.id} is seen in one way from here, and in another by the witness`,
  evidence: [
    target.reason === null
      ? `${target.id}: ${elsewhere}`
      : `${target.id}: from here ${troubleOf(target)}; not so for the witness`,
  ],
  confirmTicks: 2,
  confirmMs: 1,
});

/** `isSiteDown` says that the site's own subject is suspected, open or recovering, and so speaks for its targets. */
export function observeTarget(
  target: TargetFact,
  context: {
    readonly rules: SiteRules;
    readonly judgement: Judgement;
    readonly isSiteDown: boolean;
  },
): Observation {
  const { rules, judgement, isSiteDown } = context;
  if (target.quality === 'good') return good;
  if (isBlind(judgement.signals)) return unknown;
  if (target.quality === 'unknown' && !isDisputed(target)) return unknown;
  if (isSiteDown) return { status: 'suppressed' };
  if (isDisputed(target)) return bad(disputed(target));
  // Its newest block is old because there is no newer one.
  const isChainStalled = Object.values(judgement.chains).includes('stalled');
  if (target.reason === 'stale' && isChainStalled) return { status: 'suppressed' };
  const isExit = target.role === 'exit';
  return bad({
    kind: isExit ? 'exit-unreachable' : 'unreachable',
    severity: rules.targets.find((candidate) => candidate.id === target.id)?.severity ?? 'warning',
    summary: isExit
      ? `the VPN exit ${target.id} does not answer`
      : `${target.id} does not answer as it should`,
    evidence: [describeTarget(target)],
    confirmTicks: rules.policy.degraded.confirmTicks,
    confirmMs: 0,
  });
}

/** Every subject but the targets: those need to know first what became of their parent. */
export function observe(facts: Facts, judgement: Judgement, rules: SiteRules): Observed[] {
  return [
    { subject: { kind: 'site', id: rules.id }, observation: site(facts, judgement, rules) },
    { subject: { kind: 'self', id: rules.id }, observation: self(judgement, facts, rules) },
    ...facts.signers.map((fact) => ({
      subject: { kind: 'signer' as const, id: fact.id },
      observation: observeSigner(fact, { judgement, rules, at: facts.at, wayIn: wayIn(facts) }),
    })),
    ...facts.chains.map((fact) => ({
      subject: { kind: 'chain' as const, id: fact.id },
      observation: observeChain(fact, { judgement, rules }),
    })),
  ];
}
