// The shapes of what is wanted of standbys and seen of them, and of the flag that says who may sign.
import { z } from 'zod';
import { chainNames } from '../domain/chain.ts';
import { drillModes, drillOutcomes, type DrillRun, type DrillWish } from '../domain/drill/drill.ts';
import { witnessWords } from '../domain/facts.ts';
import type { Holder, KeyFlag } from '../domain/standby/key-flag.ts';
import {
  type Fleet,
  keyWords,
  phases,
  refusals,
  reportStates,
  type Seen,
  troubles,
} from '../domain/standby/standby.ts';
import { releaseReasons, type Wanted, wantReasons } from '../domain/standby/want.ts';
import { codec, type Codec, former } from './codec.ts';
import type { AllSame, Same } from './same.ts';
import { text, time } from './schemas.ts';

const whole = z.int().min(0);

export const wanted = z.strictObject({
  id: text,
  signer: text,
  site: text,
  chain: z.enum(chainNames),
  reason: z.enum(wantReasons),
  incident: text.nullable(),
  why: text,
  by: text.nullable(),
  since: time,
  decidedAt: time,
  witness: z.enum([...witnessWords, 'not-asked']).nullable(),
  lifeAt: time.nullable(),
  holds: z.boolean(),
  expiresAt: time,
  keep: z.strictObject({ by: text, at: time, why: text }).nullable(),
  stableSince: time.nullable(),
  release: z.strictObject({ at: time, reason: z.enum(releaseReasons), by: text.nullable() }).nullable(),
});

const attempt = z.strictObject({
  n: whole,
  name: text,
  region: text,
  zone: text,
  template: text,
  snapshot: text.nullable(),
  requestId: text,
  at: time,
  operation: text.nullable(),
  acceptedAt: time.nullable(),
  lostAt: time.nullable(),
  refused: z.strictObject({ code: text, text }).nullable(),
});

const node = z.strictObject({
  zone: text,
  name: text,
  id: text,
  status: text,
  createdAt: time.nullable(),
  labels: z.record(text, text),
  isProtected: z.boolean(),
  hasFuse: z.boolean(),
});

const report = z.strictObject({
  at: time,
  keys: z.enum(keyWords),
  state: z.enum(reportStates),
  percent: z.number().min(0).max(100).nullable(),
  etaMs: z.number().min(0).nullable(),
  peers: whole.nullable(),
  head: whole.nullable(),
  version: text.nullable(),
  usedGib: z.number().min(0).nullable(),
  text: text.nullable(),
});

const trouble = z.strictObject({ kind: z.enum(troubles), text, lines: z.array(text), since: time });

const doubt = z.strictObject({
  kind: z.enum(['keys-present', 'malformed', 'from-the-future']),
  text,
  since: time,
});

export const seen = z.strictObject({
  revision: whole,
  wantedId: text.nullable(),
  phase: z.enum(phases),
  phaseSince: time,
  attempt: attempt.nullable(),
  tried: z.array(z.strictObject({ zone: text, region: text, code: text, at: time })),
  node: node.nullable(),
  missingSince: time.nullable(),
  report: report.nullable(),
  progressAt: time.nullable(),
  doubt: doubt.nullable(),
  hasHeldKeys: z.boolean(),
  refusal: z.strictObject({ reason: z.enum(refusals), text, since: time }).nullable(),
  trouble: trouble.nullable(),
  deletion: z.strictObject({ requestId: text, at: time, operation: text.nullable() }).nullable(),
  cost: z.strictObject({ perHour: z.number().min(0), spent: z.number().min(0), currency: text }).nullable(),
  nextLookAt: time.nullable(),
});

// Version 1 knew neither snapshots nor how full a disk is.
const seenBeforeDrills = seen.extend({
  attempt: attempt.omit({ snapshot: true }).nullable(),
  report: report.omit({ usedGib: true }).nullable(),
});

const drillMarks = z.strictObject({
  begun: time.nullable(),
  running: time.nullable(),
  reported: time.nullable(),
  syncing: time.nullable(),
  synced: time.nullable(),
  wiped: time.nullable(),
  saved: time.nullable(),
  gone: time.nullable(),
});

const gib = z.number().min(0).nullable();

export const drillWish = z.strictObject({
  id: text,
  signer: text,
  site: text,
  chain: z.enum(chainNames),
  mode: z.enum(drillModes),
  by: text.nullable(),
  why: text,
  at: time,
});

export const drillRun = z.strictObject({
  wish: drillWish,
  marks: drillMarks,
  verdict: z.strictObject({ outcome: z.enum(drillOutcomes), text, at: time }).nullable(),
  saving: z.strictObject({ name: text, requestId: text, at: time, operation: text.nullable() }).nullable(),
  failingSince: time.nullable(),
  usedGib: gib,
  seen,
});

const drillRecord = z.strictObject({
  id: text,
  mode: z.enum(drillModes),
  by: text.nullable(),
  at: time,
  endedAt: time,
  outcome: z.enum(drillOutcomes),
  text,
  marks: drillMarks,
  usedGib: gib,
  cost: z.number().min(0),
  isWarm: z.boolean(),
});

export const drilled = z.strictObject({
  last: drillRecord,
  told: drillRecord.nullable(),
  synced: drillRecord.nullable(),
});

export const snapshot = z.strictObject({ name: text, at: time, gib, signer: text });

export const fleet = z.strictObject({
  lease: z.strictObject({ id: text, until: time }).nullable(),
  listedAt: time.nullable(),
  triedListAt: time.nullable(),
  orphans: z.array(
    z.strictObject({
      kind: z.enum(['instance', 'disk']),
      name: text,
      zone: text,
      signer: text.nullable(),
      firstSeenAt: time,
      deletesAt: time.nullable(),
      text,
      requestId: text.nullable(),
    }),
  ),
  spent: z.record(text, z.number().min(0)),
  counted: z.record(text, text),
  drills: z.record(text, drilled),
  doubts: z.record(text, doubt),
  snapshots: z.record(text, z.array(snapshot)),
  trouble: trouble.nullable(),
  ranAt: time.nullable(),
});

// Version 2 forgot what was doubtful about the node of a drill.
const fleetBeforeDoubts = fleet.omit({ doubts: true });

const holderPattern =
  /^(?:none|basement\/([a-z][a-z0-9-]{0,19})|node\/([a-z0-9.:-]{1,63})\/([a-z0-9-]{1,63})\/([a-z0-9-]{1,63}))$/;

const holder = z.string().transform((written, context): Holder => {
  const match = holderPattern.exec(written);
  const [, site, project, zone, name] = match ?? [];
  if (match !== null && site !== undefined) return { kind: 'basement', site };
  if (project !== undefined && zone !== undefined && name !== undefined) {
    return { kind: 'node', project, zone, name };
  }
  if (match === null) context.addIssue({ code: 'custom', message: 'names no holder' });
  return { kind: 'none' };
});

const keyFlag = z.strictObject({
  holder,
  instance: text.nullable(),
  generation: whole,
  minHeight: whole.nullable(),
  publicKeys: z.array(text),
  since: time,
  by: text,
  reason: text,
  evidence: z.array(text),
  former: z.strictObject({ holder, instance: text.nullable() }).nullable(),
  backup: z.strictObject({ isTested: z.boolean(), at: time, by: text }).nullable(),
  override: z.strictObject({ skipped: z.array(text), why: text }).nullable(),
});

/** The version of `keys/{signer}`. */
export const keyFlagVersion = 2;
// Version 1 knew no handover.
const keyFlagBeforeHandover = keyFlag.omit({ former: true, backup: true, override: true });

/**
 * Compile-time proof that a codec neither loses nor adds a field; a difference is a type error here.
 * @public
 */
export type StandbyDocumentsAreDomainTypes = AllSame<
  [
    Same<z.output<typeof wanted>, Wanted>,
    Same<z.output<typeof seen>, Seen>,
    Same<z.output<typeof fleet>, Fleet>,
    Same<z.output<typeof keyFlag>, KeyFlag>,
    Same<z.output<typeof drillWish>, DrillWish>,
    Same<z.output<typeof drillRun>, DrillRun>,
  ]
>;

/** The half of `standbys/{signer}` that `watch` writes. */
export const wantedCodec: Codec<Wanted> = codec<Wanted>(wanted, { version: 1 });
/** The half of `standbys/{signer}` that `provision` writes. */
export const seenCodec: Codec<Seen> = codec<Seen>(seen, {
  version: 2,
  former: former(seenBeforeDrills, (old) => ({
    ...old,
    attempt: old.attempt === null ? null : { ...old.attempt, snapshot: null },
    report: old.report === null ? null : { ...old.report, usedGib: null },
  })),
});
/** `standbys/_fleet`. */
export const fleetCodec: Codec<Fleet> = codec<Fleet>(fleet, {
  version: 3,
  former: former(fleetBeforeDoubts, (old) => ({ ...old, doubts: {} })),
});
/** The half of `standbys/_drill.{signer}` that `watch` writes. */
export const drillWishCodec: Codec<DrillWish> = codec<DrillWish>(drillWish, { version: 1 });
/** The half of `standbys/_drill.{signer}` that `provision` writes. */
export const drillRunCodec: Codec<DrillRun> = codec<DrillRun>(drillRun, { version: 1 });

/** Reads `keys/{signer}` of the keys database; whoever may write there makes the fields of its own. */
export const readKeyFlag: (name: string, fields: unknown) => KeyFlag = codec<KeyFlag>(keyFlag, {
  version: keyFlagVersion,
  former: former(keyFlagBeforeHandover, (old) => ({ ...old, former: null, backup: null, override: null })),
}).read;
