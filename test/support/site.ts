// Builders of a site as the rules see it, with the policy that the configuration has by default.
import type { ChainName } from '../../functions/domain/chain.ts';
import type {
  ChainFact,
  Facts,
  HeartbeatFact,
  PowerFact,
  Quality,
  SignerFact,
  TargetFact,
} from '../../functions/domain/facts.ts';
import type { SiteEvent } from '../../functions/domain/event.ts';
import type { Findings } from '../../functions/domain/gather.ts';
import type { Incident, Problem } from '../../functions/domain/incident.ts';
import type { LeaseRules } from '../../functions/domain/lease.ts';
import type { NotifyGroup } from '../../functions/domain/ladder.ts';
import type { HeartbeatRules, Policy, SiteRules, TargetRules } from '../../functions/domain/policy.ts';
import { type Pulse, silence } from '../../functions/domain/pulse.ts';
import type { Reason, Sample } from '../../functions/domain/sample.ts';
import { noLook } from '../../functions/domain/standby/standby-look.ts';
import type { Role } from '../../functions/domain/target.ts';

export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;

/** A full minute in an ordinary night: 2026-11-23T02:00:00Z. */
export const start = Date.UTC(2026, 10, 23, 2);

const heights = {
  silentUnits: 60,
  silentMs: 180_000,
  freshMs: 300_000,
  stalledMs: 60_000,
  sourceFreshMs: 180_000,
};

/** The defaults of the configuration schema. */
export const defaultPolicy: Policy = {
  probe: { timeoutMs: 5_000, burst: 2, burstGapMs: 2_000, burstTimeoutMs: 3_000 },
  life: { marginMs: 30_000, signatureFreshMs: 900_000 },
  signing: {
    chains: {
      ethereum: {
        silentUnits: 3,
        silentMs: 0,
        freshMs: 1_500_000,
        stalledMs: 300_000,
        sourceFreshMs: 180_000,
      },
      berachain: heights,
      cometbft: heights,
    },
    afterReturnMs: 1_800_000,
  },
  dark: { confirmTicks: 1 },
  vpnDown: { confirmTicks: 1 },
  inboundLost: { confirmTicks: 2 },
  notSigning: { confirmTicks: 1 },
  degraded: { confirmTicks: 2 },
  blind: { confirmTicks: 3 },
  unknown: { afterMs: 900_000 },
  witness: { agree: 'majority', disputedMs: 300_000 },
  standby: { darkMs: 180_000, vpnDownMs: 600_000, notSigningMs: 900_000, releaseMs: 1_800_000 },
  late: { afterMs: 180_000 },
  undelivered: { afterMs: 600_000 },
  channelFailing: { times: 3 },
  report: { weekday: 1, time: '09:00' },
  recoverMs: 180_000,
  gaspMs: 1_800_000,
  remindMs: { critical: 900_000, warning: 43_200_000, info: null },
  ackMs: 14_400_000,
  quietHours: null,
};

export const heartbeatFreshMs = 180_000;

export const target = (
  id: string,
  role: Role,
  severity: TargetRules['severity'] = 'warning',
): TargetRules => ({
  id,
  role,
  severity,
  lease: null,
});

/** A way in whose port the sender `cluster` tells, from 40000 to 49999. */
export const leasedTarget = (id: string, over: Partial<LeaseRules> = {}): TargetRules => ({
  ...target(id, 'inbound'),
  lease: { source: 'cluster', from: 40_000, to: 49_999, fallback: null, ...over },
});

/** One group that is told of everything at once. */
export const atOnce = (...channels: readonly string[]): NotifyGroup[] =>
  channels.length === 0 ? [] : [{ afterMs: 0, channels, minSeverity: 'info' }];

/** A sender in the house, whose silence is evidence only. */
export const sender = (source: string): HeartbeatRules => ({
  source,
  freshMs: heartbeatFreshMs,
  lateMs: heartbeatFreshMs,
  silence: null,
  severity: 'warning',
});

/** A house with three forwards, one VPN exit, two references, one Ethereum signer and one heartbeat. */
export function siteRules(over: Partial<SiteRules> = {}): SiteRules {
  return {
    id: 'home',
    name: 'Home',
    timezone: 'Europe/Berlin',
    policy: defaultPolicy,
    targets: [
      target('ref-a', 'reference'),
      target('ref-b', 'reference'),
      target('vpn', 'exit'),
      target('eth', 'inbound'),
      target('rpc', 'inbound'),
      target('ssh', 'inbound'),
    ],
    signers: [{ id: 'alpha', chain: 'ethereum', keys: ['7'] }],
    heartbeats: [sender('cluster')],
    maintenance: [],
    notify: atOnce('phone', 'mail'),
    reportsSelf: true,
    standby: null,
    drills: null,
    ...over,
  };
}

/** A site whose policy differs from the default only in what is given. */
export const withPolicy = (policy: Partial<Policy>, over: Partial<SiteRules> = {}): SiteRules =>
  siteRules({ policy: { ...defaultPolicy, ...policy }, ...over });

export const goodSample: Sample = { ok: true, latencyMs: { total: 20 }, facts: {} };

export const badSample = (reason: Reason = 'timeout'): Sample => ({
  ok: false,
  reason,
  detail: 'no answer within 5000 ms',
  latencyMs: { total: 5_000 },
});

export function sampleOf(quality: Quality): Sample {
  if (quality === 'good') return goodSample;
  return badSample(quality === 'bad' ? 'timeout' : 'aborted');
}

/** Samples by id: everything that the rules know is good but what is said otherwise. */
function samplesOf(
  rules: SiteRules,
  qualities: Readonly<Record<string, Quality>> = {},
): Record<string, Sample> {
  return Object.fromEntries(
    rules.targets.map(({ id }) => [id, sampleOf((Object.hasOwn(qualities, id) && qualities[id]) || 'good')]),
  );
}

/** Ids of the targets that have a role, all with one quality. */
export const all = (rules: SiteRules, role: Role, quality: Quality): Record<string, Quality> =>
  Object.fromEntries(
    rules.targets.filter((candidate) => candidate.role === role).map(({ id }) => [id, quality]),
  );

export const targetFact = (id: string, role: Role, quality: Quality): TargetFact => ({
  id,
  role,
  quality,
  reason: quality === 'bad' ? 'timeout' : null,
  detail: null,
  totalMs: 20,
  witness: null,
  lease: null,
  since: start,
});

export const beat = (sentAt: number, source = 'cluster'): HeartbeatFact => ({
  source,
  sentAt,
  freshMs: heartbeatFreshMs,
  isDoubtful: false,
});

/** What a UPS says, without a number. */
export const powerFact = (state: PowerFact['state'], at: number): PowerFact => ({
  state,
  at,
  since: state === 'online' ? null : at,
  charge: null,
  runtimeMs: null,
});

/** What the house says: the last beat of each source, and its power. */
export const pulseOf = (beats: Readonly<Record<string, number>>, power: PowerFact | null = null): Pulse => ({
  ...silence,
  beats: Object.fromEntries(
    Object.entries(beats).map(([source, sentAt]) => [
      source,
      { heardAt: sentAt, sentAt, okAt: sentAt, startedAt: null, failure: null, clockBehindMs: 0 },
    ]),
  ),
  power: power === null ? {} : { ups: { ...power, saidAt: null } },
});

export const signer = (
  state: SignerFact['state'],
  actAt: number | null = null,
  id = 'alpha',
  chain: ChainName = 'ethereum',
): SignerFact => ({
  id,
  chain,
  state,
  actAt,
  silentSince: state === 'silent' ? start : null,
  keys: { total: 1, silent: state === 'silent' ? 1 : 0, inactive: state === 'inactive' ? 1 : 0, left: [] },
  stake: null,
  holder: null,
  heldSince: null,
  detail: null,
});

export const chain = (state: ChainFact['state'], id: ChainName = 'ethereum'): ChainFact => ({
  id,
  state,
  detail: null,
});

/** Facts at `start` of a house in which nothing was found out, but for what is given. */
export const factsOf = (over: Partial<Facts> = {}): Facts => ({
  site: 'home',
  at: start,
  targets: [],
  heartbeats: [],
  power: null,
  signers: [],
  chains: [],
  inboundBadSince: null,
  lastDarkAt: null,
  ...over,
});

export type Found = {
  readonly at?: number;
  readonly qualities?: Readonly<Record<string, Quality>>;
  /** Send time of the last heartbeat per source. */
  readonly beats?: Readonly<Record<string, number>>;
  readonly power?: PowerFact | null;
  /** Instead of those two. */
  readonly pulse?: Pulse;
  readonly witness?: Findings['witness'];
  readonly delivery?: Findings['delivery'];
  readonly flags?: Findings['flags'];
  /** Nodes of the house that vote with its keys. */
  readonly voters?: Findings['signing']['voters'];
  readonly records?: Findings['records'];
  readonly standbys?: Findings['standbys'] | undefined;
  /** What the sources have shown of the signers so far. */
  readonly ledger?: Findings['signing']['ledger'];
  /** What people said since the last tick. */
  readonly events?: readonly SiteEvent[];
  /** How long after its time the tick came. */
  readonly latenessMs?: number;
  readonly signers?: readonly SignerFact[];
  readonly chains?: readonly ChainFact[];
};

/** What a tick brings to a site in which all is well, but for what is given. */
export function findingsOf(rules: SiteRules, found: Found = {}): Findings {
  return {
    at: found.at ?? start,
    samples: samplesOf(rules, found.qualities),
    pulse: found.pulse ?? pulseOf(found.beats ?? {}, found.power),
    refused: [],
    witness: found.witness ?? {},
    delivery: found.delivery ?? null,
    flags: found.flags ?? {},
    records: found.records ?? {},
    standbys: found.standbys ?? noLook,
    signing: {
      ledger: found.ledger ?? {},
      signers: found.signers ?? [],
      chains: found.chains ?? [],
      voters: found.voters ?? [],
    },
  };
}

export const problemOf = (over: Partial<Problem> = {}): Problem => ({
  kind: 'unreachable',
  severity: 'warning',
  summary: 'it does not answer',
  evidence: ['eth: timeout'],
  confirmTicks: 1,
  confirmMs: 0,
  ...over,
});

export const incidentOf = (over: Partial<Incident> = {}): Incident => {
  const subject = over.subject ?? { kind: 'target', id: 'eth' };
  return {
    id: `home.${subject.kind}.${subject.id}.20261123T020000Z`,
    site: 'home',
    subject,
    kind: 'unreachable',
    severity: 'warning',
    summary: 'it does not answer',
    evidence: [],
    since: start,
    openedAt: start,
    resolvedAt: null,
    announced: null,
    held: null,
    thread: null,
    ack: null,
    cause: null,
    climb: null,
    told: [],
    lastMessage: {},
    messages: [],
    rounds: 0,
    timeline: [{ at: start, event: 'opened', text: 'unreachable: it does not answer' }],
    doing: {},
    ...over,
  };
};
