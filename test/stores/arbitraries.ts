// Any document that the domain's types allow, for round trips.
import * as fc from 'fast-check';
import { type SiteEvent, standbyWishes } from '../../functions/domain/event.ts';
import { chainNames } from '../../functions/domain/chain.ts';
import { inactiveReasons } from '../../functions/domain/evidence.ts';
import { chainStates, powerStates, signerStates, witnessWords } from '../../functions/domain/facts.ts';
import type { Facts } from '../../functions/domain/facts.ts';
import { holds, type Incident, timelineEvents } from '../../functions/domain/incident.ts';
import type { Judgement } from '../../functions/domain/judge.ts';
import type { SubjectState } from '../../functions/domain/machine.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import { type Notice, noticeKinds } from '../../functions/domain/notice.ts';
import { releaseReasons, type Wanted, wantReasons } from '../../functions/domain/standby/want.ts';
import type { WaitingCost } from '../../functions/domain/waiting-cost.ts';
import { type OutboxRow, rowStates } from '../../functions/domain/outbox.ts';
import { drillModes } from '../../functions/domain/drill/drill.ts';
import { reasons } from '../../functions/domain/sample.ts';
import { signalValues } from '../../functions/domain/signals.ts';
import { slashingSigns } from '../../functions/domain/slashing.ts';
import { portRefusals } from '../../functions/domain/lease.ts';
import { roles } from '../../functions/domain/target.ts';
import type { Trace } from '../../functions/domain/trace.ts';
import { siteVerdicts } from '../../functions/domain/verdict.ts';
import type { Heard } from '../../functions/stores/documents.ts';
import { id, list, orNull, problem, record, severity, subject, text, time } from './any.ts';
import { anyGlance, anyHistory } from './kept-arbitraries.ts';

const percent = fc.nat(100);
const powerFields = {
  state: fc.constantFrom(...powerStates),
  at: time,
  since: orNull(time),
  charge: orNull(percent),
  runtimeMs: orNull(fc.nat()),
};
const power = orNull(fc.record(powerFields));

const chainName = fc.constantFrom(...chainNames);
const standing = fc.constantFrom('active' as const, 'unknown' as const, ...inactiveReasons);

// Zero has no sign in a document.
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((each) => Math.abs(each));

const port = fc.integer({ min: 1, max: 65_535 });

const facts: fc.Arbitrary<Facts> = fc.record({
  site: id,
  at: time,
  targets: list(
    fc.record({
      id,
      role: fc.constantFrom(...roles),
      quality: fc.constantFrom('good' as const, 'bad' as const, 'unknown' as const),
      reason: orNull(fc.constantFrom(...reasons)),
      detail: orNull(text),
      totalMs: orNull(fc.nat(60_000)),
      witness: orNull(fc.record({ word: fc.constantFrom(...witnessWords), since: time })),
      lease: orNull(
        fc.record({
          port: orNull(port),
          validUntil: orNull(time),
          since: orNull(time),
          refused: orNull(fc.record({ port, why: fc.constantFrom(...portRefusals), at: time })),
        }),
      ),
      since: time,
    }),
  ),
  heartbeats: list(
    fc.record({ source: id, sentAt: time, freshMs: fc.nat(600_000), isDoubtful: fc.boolean() }),
  ),
  power,
  signers: list(
    fc.record({
      id,
      chain: chainName,
      state: fc.constantFrom(...signerStates),
      actAt: orNull(time),
      silentSince: orNull(time),
      keys: fc.record({ total: fc.nat(20), silent: fc.nat(20), inactive: fc.nat(20), left: list(standing) }),
      stake: orNull(
        fc.oneof(
          fc.record({ of: fc.constant('balance' as const), effectiveGwei: fc.nat() }),
          fc.record({ of: fc.constant('power' as const), share }),
        ),
      ),
      holder: orNull(text),
      heldSince: orNull(time),
      detail: orNull(text),
    }),
  ),
  chains: list(fc.record({ id: chainName, state: fc.constantFrom(...chainStates), detail: orNull(text) })),
  inboundBadSince: orNull(time),
  lastDarkAt: orNull(time),
});

const dated = fc.record({ unit: fc.nat(), at: time });

const trace: fc.Arbitrary<Trace> = fc.record({
  next: fc.nat(),
  tip: orNull(text),
  freshAt: time,
  through: orNull(fc.nat()),
  stake: orNull(share),
  open: list(fc.record({ unit: fc.nat(), at: time, blocks: fc.nat(), seen: list(fc.nat(20)) })),
  keys: list(
    fc.record({
      acts: list(dated),
      absent: orNull(dated),
      standing,
      balance: orNull(fc.record({ unit: fc.nat(), gwei: fc.nat() })),
    }),
  ),
});

const judgement: fc.Arbitrary<Judgement> = fc.record({
  site: id,
  at: time,
  verdict: fc.constantFrom(...siteVerdicts),
  certain: fc.boolean(),
  because: text,
  passed: list(fc.record({ verdict: fc.constantFrom(...siteVerdicts), when: text, unmet: text })),
  signals: fc.record({
    references: fc.constantFrom(...signalValues.references),
    inbound: fc.constantFrom(...signalValues.inbound),
    exit: fc.constantFrom(...signalValues.exit),
    life: fc.constantFrom(...signalValues.life),
    signers: fc.constantFrom(...signalValues.signers),
    power: fc.constantFrom(...signalValues.power),
  }),
  life: list(text),
  signers: record(fc.constantFrom(...signerStates)),
  chains: record(fc.constantFrom(...chainStates)),
});

const subjectState: fc.Arbitrary<SubjectState> = fc.oneof(
  fc.record({ phase: fc.constant('suspected' as const), kind: problem, since: time, ticks: fc.nat(9) }),
  fc.record({ phase: fc.constant('open' as const), kind: problem, severity, incident: id }),
  fc.record({
    phase: fc.constant('recovering' as const),
    kind: problem,
    severity,
    incident: id,
    since: time,
  }),
);

export const anyWanted: fc.Arbitrary<Wanted> = fc.record({
  id,
  signer: id,
  site: id,
  chain: chainName,
  reason: fc.constantFrom(...wantReasons),
  incident: orNull(id),
  why: text,
  by: orNull(text),
  since: time,
  decidedAt: time,
  witness: orNull(fc.constantFrom(...witnessWords, 'not-asked' as const)),
  lifeAt: orNull(time),
  holds: fc.boolean(),
  expiresAt: time,
  keep: orNull(fc.record({ by: text, at: time, why: text })),
  stableSince: orNull(time),
  release: orNull(fc.record({ at: time, reason: fc.constantFrom(...releaseReasons), by: orNull(text) })),
});

export const anySite: fc.Arbitrary<SiteState> = fc.record({
  site: id,
  createdAt: time,
  tick: fc.record({ scheduledAt: time, at: time, count: fc.nat() }),
  facts,
  judgement,
  verdictSince: time,
  signing: record(
    fc.record({
      keys: list(text),
      wasActive: list(fc.nat(20)),
      traces: record(trace),
      slashings: list(
        fc.record({
          key: fc.nat(20),
          how: fc.constantFrom(...slashingSigns),
          unit: orNull(fc.nat()),
          source: text,
          at: time,
        }),
      ),
    }),
  ),
  week: fc.record({
    from: time,
    ticks: fc.nat(),
    worstLatenessMs: fc.nat(),
    worstGapMs: fc.nat(),
    opened: fc.nat(),
    pages: fc.nat(),
  }),
  mutes: list(fc.record({ id, by: text, subject: orNull(id), from: time, until: time, why: text })),
  cleared: record(time),
  wanted: record(anyWanted),
  subjects: record(subjectState),
  nextDueAt: orNull(time),
  history: anyHistory,
  glance: anyGlance,
});

export const anyIncident: fc.Arbitrary<Incident> = fc.record({
  id,
  site: id,
  subject,
  kind: problem,
  severity,
  summary: text,
  evidence: list(text),
  since: time,
  openedAt: time,
  resolvedAt: orNull(time),
  announced: orNull(severity),
  held: orNull(fc.constantFrom(...holds)),
  thread: orNull(id),
  ack: orNull(fc.record({ by: text, at: time, severity, until: orNull(time), isTold: fc.boolean() })),
  cause: orNull(fc.record({ by: text, at: time, why: text })),
  climb: orNull(fc.record({ from: time, told: list(id), wokenAt: time })),
  told: list(id),
  lastMessage: record(text),
  messages: list(id),
  rounds: fc.nat(99),
  timeline: list(fc.record({ at: time, event: fc.constantFrom(...timelineEvents), text })),
  doing: record(fc.record({ stage: text, line: text, isTold: fc.boolean() })),
});

const cost: fc.Arbitrary<WaitingCost> = fc.oneof(
  fc.record({ chain: fc.constant('ethereum' as const), lowGwei: fc.nat(), highGwei: fc.nat() }),
  fc.record({
    chain: fc.constantFrom('berachain' as const, 'cometbft' as const),
    lowBlocks: fc.nat(),
    highBlocks: fc.nat(),
  }),
);

export const anyNotice: fc.Arbitrary<Notice> = fc.record({
  kind: fc.constantFrom(...noticeKinds),
  severity,
  site: id,
  siteName: text,
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Nowhere/Land'),
  at: time,
  thread: id,
  isThreadOver: fc.boolean(),
  acknowledgedBy: orNull(text),
  told: list(id),
  before: orNull(severity),
  items: fc.array(
    fc.record({
      incident: id,
      subject,
      problem,
      summary: text,
      evidence: list(text),
      since: time,
      changes: list(text),
      costs: list(cost),
      doing: list(text),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

export const anyRow: fc.Arbitrary<OutboxRow> = fc.record({
  id,
  site: id,
  channel: id,
  notice: anyNotice,
  after: list(id),
  createdAt: time,
  state: fc.constantFrom(...rowStates),
  dueAt: orNull(time),
  lease: orNull(id),
  attempts: fc.nat(99),
  outcome: orNull(text),
  settledAt: orNull(time),
});

const failure = fc.record({ at: time, code: orNull(fc.nat(255)), text });

export const anyHeard: fc.Arbitrary<Heard> = fc.record({
  beats: record(
    fc.record({
      heardAt: time,
      sentAt: orNull(time),
      okAt: orNull(time),
      startedAt: orNull(time),
      failure: orNull(failure),
      clockBehindMs: fc.integer(),
    }),
  ),
  power: record(fc.record({ ...powerFields, saidAt: orNull(time) })),
  alerts: list(fc.record({ id: text, severity, summary: text, labels: text, since: time, toldAt: time })),
  moreAlerts: fc.nat(99),
  strangers: list(fc.record({ network: text, isOfProvider: fc.boolean(), at: time, before: orNull(time) })),
  fences: list(
    fc.record({
      signer: id,
      instance: text,
      generation: fc.nat(),
      isRunning: fc.boolean(),
      version: orNull(text),
      isolationMs: orNull(fc.nat()),
      breakGlass: fc.boolean(),
      at: time,
      describedAt: orNull(time),
      brokeGlassAt: orNull(time),
    }),
  ),
  ports: list(fc.record({ target: id, port, validUntil: time, at: time, since: time, saidAt: orNull(time) })),
  refusedPorts: list(
    fc.record({ target: id, source: id, port, at: time, why: fc.constantFrom(...portRefusals) }),
  ),
  waiting: fc.nat(99),
});

const said = { id, site: id, at: time, by: text };

export const anyEvent: fc.Arbitrary<SiteEvent> = fc.oneof(
  fc.record({ ...said, kind: fc.constant('ack' as const), incident: id, severity }),
  fc.record({
    ...said,
    kind: fc.constant('mute' as const),
    subject: orNull(id),
    from: time,
    until: time,
    why: text,
  }),
  fc.record({ ...said, kind: fc.constant('unmute' as const), mute: id }),
  fc.record({ ...said, kind: fc.constant('clear' as const), incident: id, why: text }),
  fc.record({
    ...said,
    kind: fc.constant('standby' as const),
    signer: id,
    wish: fc.constantFrom(...standbyWishes),
    why: text,
  }),
  fc.record({
    ...said,
    kind: fc.constant('drill' as const),
    signer: id,
    mode: fc.constantFrom(...drillModes),
    isWeekly: fc.boolean(),
    why: text,
  }),
);
