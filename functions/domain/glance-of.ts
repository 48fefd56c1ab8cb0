// What a reader is shown at a glance, made of what a step knows: what was not looked at this time stays as it was known.
import { isAcknowledged } from './acknowledge.ts';
import { clip } from './clip.ts';
import type { Delivery } from './delivery.ts';
import {
  type Glance,
  type KeysGlance,
  mostDetailed,
  mostEntries,
  mostOpen,
  mostPast,
  mostTextBytes,
  type OpenGlance,
  type OutboxGlance,
  type PastGlance,
  type StandbyGlance,
} from './glance.ts';
import { earliestTake } from './handover/earliest.ts';
import type { Incident } from './incident.ts';
import type { SiteRules } from './policy.ts';
import { compareSeverity } from './severity.ts';
import { costSoFar } from './standby/cost.ts';
import { type FlagRead, holderText } from './standby/key-flag.ts';
import type { Seen } from './standby/standby.ts';
import { seenOf, type StandbyLook } from './standby/standby-look.ts';
import type { Wanted } from './standby/want.ts';

/** What a step looked at, and what it came to. */
export type Glancing = {
  readonly before: Glance;
  readonly at: number;
  readonly rules: SiteRules;
  /** Those that are open after the step. */
  readonly incidents: readonly Incident[];
  /** Those that it changed. */
  readonly touched: readonly Incident[];
  readonly wanted: Readonly<Record<string, Wanted>>;
  readonly look: StandbyLook;
  /** By signer; those of which nothing was read are missing. */
  readonly flags: Readonly<Record<string, FlagRead>>;
  /** Null when that was not looked at. */
  readonly delivery: Delivery | null;
};

const outlineBytes = 160;
const short = (text: string): string => clip(text, outlineBytes);

/** How much is told of an open incident. */
const detail = { evidence: 6, doing: 4, entries: mostEntries, bytes: mostTextBytes };
const outline = { evidence: 1, doing: 1, entries: 2, bytes: outlineBytes };
const mostTold = 20;

function openGlance(incident: Incident, { at }: Glancing, most: typeof detail): OpenGlance {
  const { id, subject, kind, severity, since, openedAt, held, told, ack, timeline } = incident;
  const kept = timeline.slice(-most.entries);
  const said = (text: string): string => clip(text, most.bytes);
  return {
    id,
    subject,
    kind,
    severity,
    summary: said(incident.summary),
    evidence: incident.evidence.slice(0, most.evidence).map(said),
    since,
    openedAt,
    held,
    told: told.slice(0, mostTold),
    ack:
      ack !== null && isAcknowledged(incident, at)
        ? { by: said(ack.by), at: ack.at, until: ack.until }
        : null,
    doing: Object.values(incident.doing)
      .slice(0, most.doing)
      .map(({ line }) => said(line)),
    timeline: kept.map((entry) => ({ ...entry, text: said(entry.text) })),
    earlier: timeline.length - kept.length,
  };
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : Number(a.id > b.id);

function openOf(given: Glancing): Pick<Glance, 'open' | 'moreOpen'> {
  const gravest = given.incidents
    .filter(({ resolvedAt }) => resolvedAt === null)
    .toSorted((a, b) => compareSeverity(b.severity, a.severity) || a.openedAt - b.openedAt || byId(a, b));
  const open = gravest
    .slice(0, mostOpen)
    .map((incident, place) => openGlance(incident, given, place < mostDetailed ? detail : outline));
  return { open, moreOpen: gravest.length - open.length };
}

function pastOf({ before, touched }: Glancing): PastGlance[] {
  const over = touched.flatMap(({ id, subject, kind, severity, summary, since, resolvedAt }): PastGlance[] =>
    resolvedAt === null ? [] : [{ id, subject, kind, severity, summary: short(summary), since, resolvedAt }],
  );
  const ids = new Set(over.map(({ id }) => id));
  return [...over, ...before.past.filter(({ id }) => !ids.has(id))]
    .toSorted((a, b) => b.resolvedAt - a.resolvedAt || byId(a, b))
    .slice(0, mostPast);
}

function keysGlance(read: FlagRead, signer: SiteRules['signers'][number]): KeysGlance {
  if (!read.isReadable) return { isReadable: false, why: short(read.why) };
  const { flag } = read;
  if (flag === null) {
    return {
      isReadable: true,
      holder: null,
      generation: null,
      since: null,
      by: null,
      former: null,
      notBefore: null,
    };
  }
  const isUnheld = flag.holder.kind === 'none';
  return {
    isReadable: true,
    holder: holderText(flag.holder),
    generation: flag.generation,
    since: flag.since,
    by: short(flag.by),
    former: isUnheld && flag.former !== null ? holderText(flag.former.holder) : null,
    notBefore: isUnheld ? earliestTake(signer.chain, flag.since) : null,
  };
}

/** Of signers that are configured. */
function keysOf({ before, rules, flags }: Glancing): Glance['keys'] {
  const [known, read] = [new Map(Object.entries(before.keys)), new Map(Object.entries(flags))];
  return Object.fromEntries(
    rules.signers.flatMap((signer) => {
      const flag = read.get(signer.id);
      const keys = flag === undefined ? known.get(signer.id) : keysGlance(flag, signer);
      return keys === undefined ? [] : [[signer.id, keys] as const];
    }),
  );
}

/** What its document shows; nothing yet when there is none. */
function seenGlance(seen: Seen | null, readAt: number): Omit<StandbyGlance, 'since' | 'why'> {
  const place = seen?.node ?? seen?.attempt ?? null;
  const report = seen?.report ?? null;
  const cost = seen?.cost ?? null;
  const problems = [seen?.refusal?.text, seen?.trouble?.text, seen?.doubt?.text];
  return {
    readAt,
    phase: seen?.phase ?? 'wanted',
    phaseSince: seen?.phaseSince ?? null,
    zone: place?.zone ?? null,
    instance: place?.name ?? null,
    reportAt: report?.at ?? null,
    percent: report?.percent ?? null,
    etaMs: report?.etaMs ?? null,
    peers: report?.peers ?? null,
    head: report?.head ?? null,
    keys: report?.keys ?? null,
    problems: problems.flatMap((text) => (text === undefined ? [] : [short(text)])),
    hasHeldKeys: seen?.hasHeldKeys ?? false,
    isProtected: seen?.node?.isProtected ?? false,
    cost:
      seen === null || cost === null
        ? null
        : { perHour: cost.perHour, soFar: costSoFar(seen, readAt), currency: short(cost.currency) },
  };
}

/** What is wanted is known now; what is seen only where the document was read. */
function standbysOf({ before, wanted, look, at }: Glancing): Glance['standbys'] {
  const known = new Map(Object.entries(before.standbys));
  return Object.fromEntries(
    Object.values(wanted).map((each) => {
      const seen = seenOf(look, each);
      const former = known.get(each.signer);
      const shown = seen === undefined ? (former ?? seenGlance(null, at)) : seenGlance(seen, at);
      return [each.signer, { ...shown, since: each.since, why: short(each.why) }] as const;
    }),
  );
}

function outboxOf({ before, delivery, at }: Glancing): OutboxGlance {
  if (delivery === null) return before.outbox;
  const { waiting, channels } = delivery;
  return {
    at,
    waiting,
    failing: Object.fromEntries(
      Object.entries(channels)
        .filter(([, { failures }]) => failures > 0)
        .map(([channel, { failingSince, failures, outcome }]) => [
          channel,
          { since: failingSince ?? at, times: failures, outcome: short(outcome) },
        ]),
    ),
  };
}

/**
 * A glance after a step. It holds names of people and holders of keys, so it is for the operator; it holds nothing secret. Each text is at
 * most `mostTextBytes` long, whatever it was made of.
 */
export const glanceOf = (given: Glancing): Glance => ({
  ...openOf(given),
  past: pastOf(given),
  keys: keysOf(given),
  standbys: standbysOf(given),
  outbox: outboxOf(given),
});
