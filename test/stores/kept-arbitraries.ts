// Any history and any glance that the domain's types allow, for round trips.
import * as fc from 'fast-check';
import type { Glance } from '../../functions/domain/glance.ts';
import type { DayRollup, SiteHistory } from '../../functions/domain/history/history.ts';
import { dayOf } from '../../functions/domain/history/day.ts';
import { holds, timelineEvents } from '../../functions/domain/incident.ts';
import { keyWords, phases } from '../../functions/domain/standby/standby.ts';
import { id, list, orNull, problem, record, severity, subject, text, time } from './any.ts';

const tally = { ms: record(fc.nat()), changes: fc.nat() };

export const anyDay: fc.Arbitrary<DayRollup> = fc.record({
  day: time.map(dayOf),
  from: time,
  through: time,
  ticks: fc.nat(),
  worstLatenessMs: fc.nat(),
  worstGapMs: fc.nat(),
  pages: fc.nat(),
  site: fc.record(tally),
  targets: record(fc.record({ ...tally, latency: text, hours: text })),
  signers: record(fc.record(tally)),
  incidents: list(
    fc.record({ id, subject: text, kind: text, severity: text, openedAt: time, resolvedAt: orNull(time) }),
  ),
  moreIncidents: fc.nat(),
});

export const anyHistory: fc.Arbitrary<SiteHistory> = fc.record({
  today: anyDay,
  yesterday: record(text),
  counted: list(fc.record({ from: time, until: time })),
});

const incident = { id, subject, kind: problem, severity, summary: text, since: time };
const amount = fc.nat(1_000);

export const anyGlance: fc.Arbitrary<Glance> = fc.record({
  open: list(
    fc.record({
      ...incident,
      evidence: list(text),
      openedAt: time,
      held: orNull(fc.constantFrom(...holds)),
      told: list(id),
      ack: orNull(fc.record({ by: text, at: time, until: orNull(time) })),
      doing: list(text),
      timeline: list(fc.record({ at: time, event: fc.constantFrom(...timelineEvents), text })),
      earlier: fc.nat(),
    }),
  ),
  moreOpen: fc.nat(),
  past: list(fc.record({ ...incident, resolvedAt: time })),
  keys: record(
    fc.oneof(
      fc.record({
        isReadable: fc.constant(true as const),
        holder: orNull(text),
        generation: orNull(fc.nat()),
        since: orNull(time),
        by: orNull(text),
        former: orNull(text),
        notBefore: orNull(time),
      }),
      fc.record({ isReadable: fc.constant(false as const), why: text }),
    ),
  ),
  standbys: record(
    fc.record({
      readAt: time,
      phase: fc.constantFrom(...phases, 'wanted' as const),
      phaseSince: orNull(time),
      since: orNull(time),
      why: orNull(text),
      zone: orNull(text),
      instance: orNull(text),
      reportAt: orNull(time),
      percent: orNull(fc.nat(100)),
      etaMs: orNull(fc.nat()),
      peers: orNull(fc.nat()),
      head: orNull(fc.nat()),
      keys: orNull(fc.constantFrom(...keyWords)),
      problems: list(text),
      hasHeldKeys: fc.boolean(),
      isProtected: fc.boolean(),
      cost: orNull(fc.record({ perHour: amount, soFar: amount, currency: text })),
    }),
  ),
  outbox: fc.record({
    at: orNull(time),
    waiting: record(time),
    failing: record(fc.record({ since: time, times: fc.nat(), outcome: text })),
  }),
});
