// Puts what a tick brought together with what is remembered: samples, heartbeats and power become facts.
import { qualityOf } from './confirm.ts';
import type { Facts, HeartbeatFact, PowerFact, TargetFact } from './facts.ts';
import type { SiteState } from './memory.ts';
import type { SiteRules, TargetRules } from './policy.ts';
import type { Sample } from './sample.ts';
import type { Weighed } from './signing.ts';
import { reachability } from './signals.ts';

/** What the `inbox` knows of a site's house. */
export type Pulse = {
  readonly beats: Readonly<Record<string, { readonly sentAt: number }>>;
  readonly power: PowerFact | null;
};

/** What one tick brought, before it is put beside what is remembered; the same for every try to commit it. */
export type Findings = {
  readonly at: number;
  /** By target id; a target without a sample is unknown. */
  readonly samples: Readonly<Record<string, Sample>>;
  readonly pulse: Pulse | null;
  /** What the chains show; see `weigh`. */
  readonly signing: Weighed;
};

const nothingHeard: Pulse = { beats: {}, power: null };

function targetFact(
  target: TargetRules,
  sample: Sample | undefined,
  context: { readonly before: TargetFact | undefined; readonly at: number },
): TargetFact {
  const quality = qualityOf(sample);
  const { before, at } = context;
  return {
    id: target.id,
    role: target.role,
    quality,
    reason: sample === undefined || sample.ok ? null : sample.reason,
    detail: sample === undefined || sample.ok ? null : sample.detail,
    totalMs: sample === undefined ? null : Math.round(sample.latencyMs.total),
    since: before?.quality === quality ? before.since : at,
  };
}

// While our own network fails a bad answer is no evidence, so the trouble cannot be said to have begun.
function inboundBadSince(targets: readonly TargetFact[], before: number | null, at: number): number | null {
  const { inbound, references } = reachability(targets);
  if (inbound === 'unknown' || (inbound === 'all-bad' && references === 'failing')) return before;
  return inbound === 'all-bad' ? (before ?? at) : null;
}

/** When a site was last dark or cut off, by what is remembered of it. */
export function lastDarkAt(state: SiteState | null): number | null {
  if (state === null) return null;
  const { verdict } = state.judgement;
  return verdict === 'dark' || verdict === 'vpn-down' ? state.tick.at : state.facts.lastDarkAt;
}

function heartbeats(rules: SiteRules, pulse: Pulse): HeartbeatFact[] {
  return rules.heartbeats.flatMap(({ source, freshMs }) => {
    const beat = pulse.beats[source];
    return beat === undefined ? [] : [{ source, sentAt: beat.sentAt, freshMs }];
  });
}

/** The facts of a site now. Sources and targets that are not configured do not count. */
export function gatherFacts(state: SiteState | null, findings: Findings, rules: SiteRules): Facts {
  const { at } = findings;
  const pulse = findings.pulse ?? nothingHeard;
  const before = new Map((state?.facts.targets ?? []).map((target) => [target.id, target]));
  const targets = rules.targets.map((target) =>
    targetFact(target, findings.samples[target.id], { before: before.get(target.id), at }),
  );
  return {
    site: rules.id,
    at,
    targets,
    heartbeats: heartbeats(rules, pulse),
    power: pulse.power,
    signers: findings.signing.signers,
    chains: findings.signing.chains,
    inboundBadSince: inboundBadSince(targets, state?.facts.inboundBadSince ?? null, at),
    lastDarkAt: lastDarkAt(state),
  };
}
