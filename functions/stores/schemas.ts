// The shapes of what a site's document holds: the domain's types, said once more for the eyes of a parser.
import { z } from 'zod';
import { chainNames } from '../domain/chain.ts';
import { inactiveReasons } from '../domain/evidence.ts';
import { chainStates, powerStates, signerStates, witnessWords } from '../domain/facts.ts';
import { problemKinds } from '../domain/incident.ts';
import { portRefusals } from '../domain/lease.ts';
import { reasons } from '../domain/sample.ts';
import { severities } from '../domain/severity.ts';
import { signalValues } from '../domain/signals.ts';
import { slashingSigns } from '../domain/slashing.ts';
import { roles } from '../domain/target.ts';
import { siteVerdicts } from '../domain/verdict.ts';

/** Epoch milliseconds, whole, and within what a date can be: anything else could not even be shown. */
export const time = z.int().min(-8.64e15).max(8.64e15);
export const text = z.string();
export const severity = z.enum(severities);
export const problemKind = z.enum(problemKinds);

const powerFact = z.strictObject({
  state: z.enum(powerStates),
  at: time,
  since: time.nullable(),
  charge: z.number().min(0).max(100).nullable(),
  runtimeMs: z.number().min(0).nullable(),
});

/** Its bounds are those of the configuration; here it is only a port. */
const port = z.int().min(0).max(65_535);

const leaseFact = z.strictObject({
  port: port.nullable(),
  validUntil: time.nullable(),
  since: time.nullable(),
  refused: z.strictObject({ port, why: z.enum(portRefusals), at: time }).nullable(),
});

const targetFact = z.strictObject({
  id: text,
  role: z.enum(roles),
  quality: z.enum(['good', 'bad', 'unknown']),
  reason: z.enum(reasons).nullable(),
  detail: text.nullable(),
  totalMs: z.number().nullable(),
  witness: z.strictObject({ word: z.enum(witnessWords), since: time }).nullable(),
  // Recordings of before know none.
  lease: leaseFact.nullable().default(null),
  since: time,
});

const chainName = z.enum(chainNames);
const standing = z.enum(['active', ...inactiveReasons, 'unknown']);
const whole = z.int().min(0);

export const facts = z.strictObject({
  site: text,
  at: time,
  targets: z.array(targetFact),
  heartbeats: z.array(
    z.strictObject({ source: text, sentAt: time, freshMs: z.number(), isDoubtful: z.boolean() }),
  ),
  power: powerFact.nullable(),
  signers: z.array(
    z.strictObject({
      id: text,
      chain: chainName,
      state: z.enum(signerStates),
      actAt: time.nullable(),
      silentSince: time.nullable(),
      keys: z.strictObject({ total: whole, silent: whole, inactive: whole, left: z.array(standing) }),
      stake: z
        .discriminatedUnion('of', [
          z.strictObject({ of: z.literal('balance'), effectiveGwei: z.number() }),
          z.strictObject({ of: z.literal('power'), share: z.number() }),
        ])
        .nullable(),
      // Recordings of before know no holder.
      holder: text.nullable().default(null),
      heldSince: time.nullable().default(null),
      detail: text.nullable(),
    }),
  ),
  chains: z.array(z.strictObject({ id: chainName, state: z.enum(chainStates), detail: text.nullable() })),
  inboundBadSince: time.nullable(),
  lastDarkAt: time.nullable(),
});

const dated = z.strictObject({ unit: whole, at: time });

const trace = z.strictObject({
  next: whole,
  tip: text.nullable(),
  freshAt: time,
  through: whole.nullable(),
  stake: z.number().min(0).nullable(),
  open: z.array(z.strictObject({ unit: whole, at: time, blocks: whole, seen: z.array(whole) })),
  keys: z.array(
    z.strictObject({
      acts: z.array(dated),
      absent: dated.nullable(),
      standing,
      balance: z.strictObject({ unit: whole, gwei: whole }).nullable(),
    }),
  ),
});

/** What the sources of the chains have shown of the signers of a site. */
export const signing = z.record(
  text,
  z.strictObject({
    keys: z.array(text),
    wasActive: z.array(whole),
    traces: z.record(text, trace),
    slashings: z.array(
      z.strictObject({
        key: whole,
        how: z.enum(slashingSigns),
        unit: whole.nullable(),
        source: text,
        at: time,
      }),
    ),
  }),
);

const signals = z.strictObject({
  references: z.enum(signalValues.references),
  inbound: z.enum(signalValues.inbound),
  exit: z.enum(signalValues.exit),
  life: z.enum(signalValues.life),
  signers: z.enum(signalValues.signers),
  power: z.enum(signalValues.power),
});

export const judgement = z.strictObject({
  site: text,
  at: time,
  verdict: z.enum(siteVerdicts),
  certain: z.boolean(),
  because: text,
  passed: z.array(z.strictObject({ verdict: z.enum(siteVerdicts), when: text, unmet: text })),
  signals,
  life: z.array(text),
  signers: z.record(text, z.enum(signerStates)),
  chains: z.record(text, z.enum(chainStates)),
});

/** How far the ladder of an incident was climbed. */
export const climb = z.strictObject({ from: time, told: z.array(text), wokenAt: time });

/** The state of a subject that is not ok. */
export const subjectState = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('suspected'), kind: problemKind, since: time, ticks: z.int() }),
  z.strictObject({ phase: z.literal('open'), kind: problemKind, severity, incident: text }),
  z.strictObject({
    phase: z.literal('recovering'),
    kind: problemKind,
    severity,
    incident: text,
    since: time,
  }),
]);

/** What the house says of itself; see `Pulse`. */
export const pulse = {
  beats: z.record(
    text,
    z.strictObject({
      heardAt: time,
      sentAt: time.nullable(),
      okAt: time.nullable(),
      startedAt: time.nullable(),
      failure: z.strictObject({ at: time, code: z.int().nullable(), text }).nullable(),
      clockBehindMs: z.int(),
    }),
  ),
  power: z.record(text, powerFact.extend({ saidAt: time.nullable() })),
  alerts: z.array(
    z.strictObject({ id: text, severity, summary: text, labels: text, since: time, toldAt: time }),
  ),
  moreAlerts: whole,
  strangers: z.array(
    z.strictObject({ network: text, isOfProvider: z.boolean(), at: time, before: time.nullable() }),
  ),
  fences: z.array(
    z.strictObject({
      signer: text,
      instance: text,
      generation: whole,
      isRunning: z.boolean(),
      at: time,
      version: text.nullable(),
      isolationMs: z.number().min(0).nullable(),
      breakGlass: z.boolean(),
      describedAt: time.nullable(),
      brokeGlassAt: time.nullable(),
    }),
  ),
  ports: z.array(
    z.strictObject({
      target: text,
      port,
      validUntil: time,
      at: time,
      since: time,
      saidAt: time.nullable(),
    }),
  ),
  refusedPorts: z.array(
    z.strictObject({ target: text, source: text, port, at: time, why: z.enum(portRefusals) }),
  ),
};
