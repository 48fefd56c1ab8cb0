// Any document about standbys that the domain's types allow, for round trips.
import * as fc from 'fast-check';
import { chainNames } from '../../functions/domain/chain.ts';
import {
  drillModes,
  drillOutcomes,
  type DrillRecord,
  type DrillRun,
  type DrillWish,
  type Marks,
} from '../../functions/domain/drill/drill.ts';
import type { Holder, KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import {
  type Fleet,
  keyWords,
  phases,
  refusals,
  reportStates,
  type Seen,
  troubles,
} from '../../functions/domain/standby/standby.ts';
import { id, list, orNull, record, text, time } from './any.ts';

// Zero has no sign in a document.
const amount = fc.double({ min: 0, max: 1e6, noNaN: true }).map((each) => Math.abs(each));
const percent = fc.double({ min: 0, max: 100, noNaN: true }).map((each) => Math.abs(each));

const trouble = fc.record({ kind: fc.constantFrom(...troubles), text, lines: list(text), since: time });

const doubt = fc.record({
  kind: fc.constantFrom('keys-present' as const, 'malformed' as const, 'from-the-future' as const),
  text,
  since: time,
});

export const anySeen: fc.Arbitrary<Seen> = fc.record({
  revision: fc.nat(),
  wantedId: orNull(id),
  phase: fc.constantFrom(...phases),
  phaseSince: time,
  attempt: orNull(
    fc.record({
      n: fc.nat(),
      name: id,
      region: id,
      zone: id,
      template: id,
      snapshot: orNull(id),
      requestId: fc.uuid(),
      at: time,
      operation: orNull(id),
      acceptedAt: orNull(time),
      lostAt: orNull(time),
      refused: orNull(fc.record({ code: text, text })),
    }),
  ),
  tried: list(fc.record({ zone: id, region: id, code: text, at: time })),
  node: orNull(
    fc.record({
      zone: id,
      name: id,
      id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
      status: text,
      createdAt: orNull(time),
      labels: record(text),
      isProtected: fc.boolean(),
      hasFuse: fc.boolean(),
    }),
  ),
  missingSince: orNull(time),
  report: orNull(
    fc.record({
      at: time,
      keys: fc.constantFrom(...keyWords),
      state: fc.constantFrom(...reportStates),
      percent: orNull(percent),
      etaMs: orNull(amount),
      peers: orNull(fc.nat()),
      head: orNull(fc.nat()),
      version: orNull(text),
      usedGib: orNull(amount),
      text: orNull(text),
    }),
  ),
  progressAt: orNull(time),
  doubt: orNull(doubt),
  hasHeldKeys: fc.boolean(),
  refusal: orNull(fc.record({ reason: fc.constantFrom(...refusals), text, since: time })),
  trouble: orNull(trouble),
  deletion: orNull(fc.record({ requestId: fc.uuid(), at: time, operation: orNull(id) })),
  cost: orNull(fc.record({ perHour: amount, spent: amount, currency: fc.constant('USD') })),
  nextLookAt: orNull(time),
});

const mark = orNull(time);
const anyMarks: fc.Arbitrary<Marks> = fc.record({
  begun: mark,
  running: mark,
  reported: mark,
  syncing: mark,
  synced: mark,
  wiped: mark,
  saved: mark,
  gone: mark,
});

export const anyDrillWish: fc.Arbitrary<DrillWish> = fc.record({
  id,
  signer: id,
  site: id,
  chain: fc.constantFrom(...chainNames),
  mode: fc.constantFrom(...drillModes),
  by: orNull(text),
  why: text,
  at: time,
});

export const anyDrillRun: fc.Arbitrary<DrillRun> = fc.record({
  wish: anyDrillWish,
  marks: anyMarks,
  verdict: orNull(fc.record({ outcome: fc.constantFrom(...drillOutcomes), text, at: time })),
  saving: orNull(fc.record({ name: id, requestId: fc.uuid(), at: time, operation: orNull(id) })),
  failingSince: orNull(time),
  usedGib: orNull(amount),
  seen: anySeen,
});

const drillRecord: fc.Arbitrary<DrillRecord> = fc.record({
  id,
  mode: fc.constantFrom(...drillModes),
  by: orNull(text),
  at: time,
  endedAt: time,
  outcome: fc.constantFrom(...drillOutcomes),
  text,
  marks: anyMarks,
  usedGib: orNull(amount),
  cost: amount,
  isWarm: fc.boolean(),
});

const drilled = fc.record({ last: drillRecord, told: orNull(drillRecord), synced: orNull(drillRecord) });

export const anyFleet: fc.Arbitrary<Fleet> = fc.record({
  lease: orNull(fc.record({ id, until: time })),
  listedAt: orNull(time),
  triedListAt: orNull(time),
  orphans: list(
    fc.record({
      kind: fc.constantFrom('instance' as const, 'disk' as const),
      name: id,
      zone: id,
      signer: orNull(id),
      firstSeenAt: time,
      deletesAt: orNull(time),
      text,
      requestId: orNull(fc.uuid()),
    }),
  ),
  spent: record(amount),
  counted: record(text),
  drills: record(drilled),
  doubts: record(doubt),
  snapshots: record(list(fc.record({ name: id, at: time, gib: orNull(amount), signer: id }))),
  trouble: orNull(trouble),
  ranAt: orNull(time),
});

const place = fc.stringMatching(/^[a-z0-9-]{1,63}$/);

export const anyHolder: fc.Arbitrary<Holder> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('basement' as const), site: id }),
  fc.record({
    kind: fc.constant('node' as const),
    project: fc.stringMatching(/^[a-z0-9.:-]{1,63}$/),
    zone: place,
    name: place,
  }),
);

export const anyKeyFlag: fc.Arbitrary<KeyFlag> = fc.record({
  holder: anyHolder,
  instance: orNull(text),
  generation: fc.nat(),
  minHeight: orNull(fc.nat()),
  publicKeys: list(text),
  since: time,
  by: text,
  reason: text,
  evidence: list(text),
  former: orNull(fc.record({ holder: anyHolder, instance: orNull(text) })),
  backup: orNull(fc.record({ isTested: fc.boolean(), at: time, by: text })),
  override: orNull(fc.record({ skipped: list(text), why: text })),
});
