// What sources show of a signer's duties ahead, and what of it they agree on. Pure.
import type { Standing } from './evidence.ts';
import type { Reason } from './sample.ts';

export type DutyKind = 'proposal' | 'sync-committee';

/** What only this key can do, in slots (Ethereum) or heights (CometBFT): from one to before another. `key` is its position in the signer. */
export type Duty = {
  readonly kind: DutyKind;
  readonly key: number;
  readonly from: number;
  readonly until: number;
};

/** How the chain does: Ethereum may not finalize; a chain of CometBFT may have too few votes to go on without the signer. */
export type Condition = 'well' | 'not-finalizing' | 'halts-without-us';

/** When a slot or height is: `unit` begins `at`, epoch ms, and each takes `unitMs`. By the clock on Ethereum, by its habit elsewhere. */
export type Pace = { readonly unit: number; readonly at: number; readonly unitMs: number };

/** From the slot or height that is being made to before one that is not known any more. */
export type Known = { readonly from: number; readonly until: number };

export type Lookahead = {
  /** One for each key of the signer. */
  readonly standings: readonly Standing[];
  /** As in `KeyReading`: an effective balance in gwei, or a part of the voting power. */
  readonly stakes: readonly (number | null)[];
  /** All duties within `known`, and some beyond it. */
  readonly duties: readonly Duty[];
  readonly known: Known;
  readonly condition: Condition;
  readonly pace: Pace;
};

/** What one source showed. It counts only when it has a lookahead; otherwise `trouble` says why not. */
export type QuietReading = {
  readonly source: string;
  readonly operator: string;
  readonly isOwn: boolean;
} & (
  | { readonly ahead: Lookahead; readonly trouble: null }
  | { readonly ahead: null; readonly trouble: { readonly reason: Reason; readonly detail: string } }
);

/** What all lookaheads have in common. */
export type Shared = Omit<Lookahead, 'stakes'>;

/** All nodes of the house are one operator, whatever they are called. */
const ownHouse = 'own';

/** What counts of the readings, and who stands behind it. */
export function counted(readings: readonly QuietReading[]): {
  readonly operators: readonly string[];
  readonly lookaheads: readonly Lookahead[];
} {
  const good = readings.flatMap(({ operator, isOwn, ahead }) =>
    ahead === null ? [] : [{ operator: isOwn ? ownHouse : operator, ahead }],
  );
  return {
    operators: [...new Set(good.map(({ operator }) => operator))],
    lookaheads: good.map(({ ahead }) => ahead),
  };
}

/** What a lookahead says of a stretch, in a form that can be compared. */
function saying({ standings, condition, duties }: Lookahead, { from, until }: Known): string {
  const within = duties
    .map((duty) => ({ ...duty, from: Math.max(duty.from, from), until: Math.min(duty.until, until) }))
    .filter((duty) => duty.from < duty.until)
    .map((duty) => `${duty.kind} ${duty.key} ${duty.from} ${duty.until}`);
  return JSON.stringify([standings, condition, [...new Set(within)].toSorted()]);
}

/**
 * What every one of them says, over the stretch that all of them know; null when two say different things, when there is none, or when one is
 * of no key. Duties beyond that stretch are those that anybody shows: more of them never make it quieter.
 */
export function agreed(lookaheads: readonly Lookahead[]): Shared | null {
  const newest = lookaheads.reduce<Lookahead | null>(
    (best, each) => (best === null || each.known.from > best.known.from ? each : best),
    null,
  );
  if (newest === null || newest.standings.length === 0) return null;
  const { from } = newest.known;
  const known = {
    from,
    until: Math.max(from, Math.min(...lookaheads.map((each) => each.known.until))),
  };
  const sayings = new Set(lookaheads.map((each) => saying(each, known)));
  if (sayings.size > 1) return null;
  const { standings, condition, pace } = newest;
  return { standings, condition, pace, known, duties: lookaheads.flatMap(({ duties }) => duties) };
}
