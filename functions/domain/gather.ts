// Puts what a tick brought together with what is remembered: samples, heartbeats and power become facts.
import { qualityOf } from './confirm.ts';
import type { Delivery } from './delivery.ts';
import {
  type Facts,
  type HeartbeatFact,
  type PowerFact,
  powerStates,
  type Quality,
  type SignerFact,
  type TargetFact,
} from './facts.ts';
import type { HandoverRecord } from './handover/record.ts';
import { leaseFact } from './lease.ts';
import type { SiteState } from './memory.ts';
import type { Policy, SiteRules, TargetRules } from './policy.ts';
import type { Pulse } from './pulse.ts';
import type { Sample } from './sample.ts';
import type { Weighed } from './signing.ts';
import { reachability } from './signals.ts';
import { type FlagRead, holderText } from './standby/key-flag.ts';
import type { StandbyLook } from './standby/standby-look.ts';
import { witnessed } from './witness.ts';

/** What one tick brought, before it is put beside what is remembered; the same for every try to commit it. */
export type Findings = {
  readonly at: number;
  /** By target id; a target without a sample is unknown. */
  readonly samples: Readonly<Record<string, Sample>>;
  /** Null when the inbox could not be read. */
  readonly pulse: Pulse | null;
  /** Sources that we were refusing lately, whatever they sent. */
  readonly refused: readonly string[];
  /** By target, what the witnesses saw of those that changed; a target that they were not asked about is missing. */
  readonly witness: Readonly<Record<string, readonly Quality[]>>;
  /** What became of messages lately; null when that was not looked at. */
  readonly delivery: Delivery | null;
  /** What was seen of standbys. */
  readonly standbys: StandbyLook;
  /** By signer, who may sign with its keys; a signer that was not asked about is missing. */
  readonly flags: Readonly<Record<string, FlagRead>>;
  /** What is recorded of the signers whose keys nobody holds. */
  readonly records: Readonly<Record<string, HandoverRecord>>;
  /** What the chains show; see `weigh`. */
  readonly signing: Weighed;
};

function targetFact(
  target: TargetRules,
  findings: Findings,
  context: { readonly before: TargetFact | undefined; readonly policy: Policy },
): TargetFact {
  const { at } = findings;
  const { before, policy } = context;
  const sample = findings.samples[target.id];
  const { quality, witness } = witnessed(qualityOf(sample), findings.witness[target.id], {
    before,
    policy: policy.witness,
    at,
  });
  return {
    id: target.id,
    role: target.role,
    quality,
    reason: sample === undefined || sample.ok ? null : sample.reason,
    detail: sample === undefined || sample.ok ? null : sample.detail,
    totalMs: sample === undefined ? null : Math.round(sample.latencyMs.total),
    witness,
    lease:
      target.lease === null
        ? null
        : leaseFact({ target: target.id, lease: target.lease }, findings.pulse, before?.lease ?? null),
    since: before?.quality === quality ? before.since : at,
  };
}

/** The targets as they are believed to be, but those whose quality is disputed as we see them ourselves. */
const asSeenHere = (targets: readonly TargetFact[], { samples }: Findings): TargetFact[] =>
  targets.map((target) =>
    target.quality === 'unknown' ? { ...target, quality: qualityOf(samples[target.id]) } : target,
  );

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

/** When each source last sent something; while the inbox cannot be read, what was known before. */
function heartbeats(
  state: SiteState | null,
  { pulse, refused }: Pick<Findings, 'pulse' | 'refused'>,
  rules: SiteRules,
): HeartbeatFact[] {
  const before = state?.facts.heartbeats ?? [];
  return rules.heartbeats.flatMap(({ source, freshMs }) => {
    const sentAt =
      pulse === null
        ? before.find((beat) => beat.source === source)?.sentAt
        : (pulse.beats[source]?.sentAt ?? undefined);
    return sentAt === undefined
      ? []
      : [{ source, sentAt, freshMs, isDoubtful: pulse === null || refused.includes(source) }];
  });
}

const gravity = (power: PowerFact): number => powerStates.indexOf(power.state);

/** The house has as much power as the UPS that is worst off; of two that say the same the newer word counts. */
function powerOf(state: SiteState | null, pulse: Pulse | null): PowerFact | null {
  if (pulse === null) return state?.facts.power ?? null;
  const [worst] = Object.values(pulse.power).toSorted((a, b) => gravity(b) - gravity(a) || b.at - a.at);
  if (worst === undefined) return null;
  const { state: now, at, since, charge, runtimeMs } = worst;
  return { state: now, at, since, charge, runtimeMs };
}

/** What the house says of itself, as facts. */
export const houseFacts = (
  state: SiteState | null,
  heard: Pick<Findings, 'pulse' | 'refused'>,
  rules: SiteRules,
): Pick<Facts, 'heartbeats' | 'power'> => ({
  heartbeats: heartbeats(state, heard, rules),
  power: powerOf(state, heard.pulse),
});

const heldBy = (read: FlagRead | undefined): Pick<SignerFact, 'holder' | 'heldSince'> =>
  read?.isReadable === true && read.flag !== null
    ? { holder: holderText(read.flag.holder), heldSince: read.flag.since }
    : { holder: null, heldSince: null };

/** The facts of a site now. Sources and targets that are not configured do not count. */
export function gatherFacts(state: SiteState | null, findings: Findings, rules: SiteRules): Facts {
  const { at } = findings;
  const before = new Map((state?.facts.targets ?? []).map((target) => [target.id, target]));
  const targets = rules.targets.map((target) =>
    targetFact(target, findings, { before: before.get(target.id), policy: rules.policy }),
  );
  return {
    site: rules.id,
    at,
    targets,
    ...houseFacts(state, findings, rules),
    signers: findings.signing.signers.map((signer) => ({ ...signer, ...heldBy(findings.flags[signer.id]) })),
    chains: findings.signing.chains,
    // Trouble that a witness denied for a while did not begin only when that was over.
    inboundBadSince: inboundBadSince(asSeenHere(targets, findings), state?.facts.inboundBadSince ?? null, at),
    lastDarkAt: lastDarkAt(state),
  };
}
