// Takes in what people want of standbys: made, kept, or not any more. Pure, and harmless when it is done twice.
import type { SiteEvent, StandbyEvent } from '../event.ts';
import { type Incident, stampOf } from '../incident.ts';
import type { SiteRules } from '../policy.ts';
import type { Wanted } from './want.ts';

export type Wantings = Readonly<Record<string, Wanted>>;

/** Made of signer and time, to the second: the same decision always has the same id, and a later one another. */
export function wantingAt(
  signer: string,
  at: number,
  before: Wanted | undefined,
): Pick<Wanted, 'id' | 'decidedAt'> {
  const isTaken = before !== undefined && stampOf(before.decidedAt) === stampOf(at);
  const decidedAt = isTaken ? before.decidedAt + 1_000 : at;
  return { id: `${signer}.${stampOf(decidedAt)}`, decidedAt };
}

type Context = {
  readonly rules: Pick<SiteRules, 'id' | 'signers' | 'standby'>;
  readonly incidents: Readonly<Record<string, Incident>>;
};

/** The open incident of the house as a whole, or of this signer. */
function incidentFor(signer: string, { rules, incidents }: Context): string | null {
  const open = Object.values(incidents).filter(({ resolvedAt }) => resolvedAt === null);
  const of = (kind: 'site' | 'signer', id: string): Incident | undefined =>
    open.find(({ subject }) => subject.kind === kind && subject.id === id);
  return (of('site', rules.id) ?? of('signer', signer))?.id ?? null;
}

const kept = (wanted: Wanted, { by, at, why }: StandbyEvent): Wanted =>
  wanted.keep !== null && at <= wanted.keep.at ? wanted : { ...wanted, keep: { by, at, why } };

function create(before: Wanted | undefined, event: StandbyEvent, context: Context): Wanted | undefined {
  const { signer: id, by, at, why } = event;
  const { rules } = context;
  const signer = rules.signers.find((each) => each.id === id);
  const { standby } = rules;
  if (signer === undefined || standby === null || !standby.chains.includes(signer.chain)) return before;
  // What made this one, heard again.
  const isOld = before !== undefined && before.reason === 'person' && at <= before.decidedAt;
  if (isOld || at <= (before?.release?.at ?? Number.NEGATIVE_INFINITY)) return before;
  const wanting = wantingAt(id, at, before);
  return {
    ...wanting,
    signer: id,
    site: rules.id,
    chain: signer.chain,
    reason: 'person',
    incident: incidentFor(id, context),
    why,
    by,
    since: at,
    witness: null,
    lifeAt: null,
    holds: true,
    expiresAt: wanting.decidedAt + standby.expireAfterMs,
    keep: null,
    stableSince: null,
    release: null,
  };
}

function withWish(before: Wanted | undefined, event: StandbyEvent, context: Context): Wanted | undefined {
  const { wish, at, by } = event;
  if (wish === 'create') return create(before, event, context);
  // It is over, or was wanted only after this was said.
  if (before === undefined || before.release !== null || at < before.decidedAt) return before;
  return wish === 'keep' ? kept(before, event) : { ...before, release: { at, reason: 'person', by } };
}

/** What is wanted with the wishes among the events taken in, in the order in which they came. A wish for an unknown signer is none. */
export function wishesTaken(before: Wantings, events: readonly SiteEvent[], context: Context): Wantings {
  const wanted: Record<string, Wanted> = { ...before };
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    if (event.kind !== 'standby') continue;
    const next = withWish(wanted[event.signer], event, context);
    if (next !== undefined) wanted[event.signer] = next;
  }
  return wanted;
}
