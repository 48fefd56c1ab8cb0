// What one source has shown of one signer so far: enough to go on from in the next tick, and to say since when nobody signed.
import type { Act, Balance, SignerReading, Standing, UnitReading } from './evidence.ts';

export type Dated = { readonly unit: number; readonly at: number };

export type KeyTrace = {
  /** The latest acts that were seen, latest first and one for each unit: the older ones are held against what others have read. */
  readonly acts: readonly Dated[];
  /** The first of the units without an act that were all read, up to `through`; null when the last one has an act or was not read. */
  readonly absent: Dated | null;
  readonly standing: Standing;
  readonly balance: Balance | null;
};

/** A unit that is being read: how many of its blocks were, and the keys that were seen to act in it. */
type OpenUnit = {
  readonly unit: number;
  readonly at: number;
  readonly blocks: number;
  readonly seen: readonly number[];
};

export type Trace = {
  readonly next: number;
  readonly tip: string | null;
  /** When the source last answered with a fresh head and all that was asked, epoch ms. */
  readonly freshAt: number;
  /** The last unit that was read to its end. */
  readonly through: number | null;
  readonly open: readonly OpenUnit[];
  /** One for each key of the signer. */
  readonly keys: readonly KeyTrace[];
  /** Of its keys that are active together, see `KeyReading`; null when that is not known. */
  readonly stake: number | null;
};

const mostOpen = 4;
const mostActs = 4;
const unseen: KeyTrace = { acts: [], absent: null, standing: 'unknown', balance: null };

function newest(before: readonly Dated[], acts: readonly Act[]): readonly Dated[] {
  const latest = new Map<number, number>();
  for (const { unit, at } of [...before, ...acts]) latest.set(unit, Math.max(latest.get(unit) ?? at, at));
  return [...latest]
    .map(([unit, at]) => ({ unit, at }))
    .toSorted((a, b) => b.unit - a.unit)
    .slice(0, mostActs);
}

/** An act in a unit that had been read as empty: what was silent begins after it. */
function withLateActs(
  absent: KeyTrace['absent'],
  acts: readonly Act[],
  through: number | null,
): KeyTrace['absent'] {
  let run = absent;
  for (const act of acts) {
    if (run === null || act.unit < run.unit) continue;
    run = through !== null && act.unit < through ? { unit: act.unit + 1, at: act.unitEndsAt } : null;
  }
  return run;
}

/** The run of silence after a unit was read to its end. A key whose place in it is not known may have acted. */
function afterUnit(
  run: KeyTrace['absent'],
  unit: OpenUnit,
  key: { readonly isDue: boolean; readonly hasActed: boolean },
): KeyTrace['absent'] {
  if (!key.isDue || key.hasActed) return null;
  return run ?? { unit: unit.unit, at: unit.at };
}

type Progress = {
  open: readonly OpenUnit[];
  through: number | null;
  runs: KeyTrace['absent'][];
};

function takeUnit(progress: Progress, reading: UnitReading, acted: readonly number[]): void {
  const { unit, at, isBegun, isFinished, blocks, fullBlocks, duties } = reading;
  const before =
    progress.open.find((each) => each.unit === unit) ?? (isBegun ? { unit, at, blocks: 0, seen: [] } : null);
  const others = progress.open.filter((each) => each.unit !== unit);
  const held =
    before === null
      ? null
      : { ...before, blocks: before.blocks + blocks, seen: [...new Set([...before.seen, ...acted])] };
  progress.open = held === null || isFinished ? others : [...others, held].slice(-mostOpen);
  if (!isFinished) return;
  // Where most blocks are missing nobody could be seen: the chain stood still, and that is not silence.
  const isTelling = held !== null && held.blocks * 2 >= fullBlocks;
  const isNext = progress.through === null || progress.through === unit - 1;
  progress.runs = progress.runs.map((run, key) =>
    !isTelling
      ? null
      : afterUnit(isNext ? run : null, held, {
          isDue: duties.includes(key),
          hasActed: held.seen.includes(key),
        }),
  );
  progress.through = unit;
}

function stakeOf(keys: SignerReading['keys']): number | null {
  const stakes = keys.filter(({ standing }) => standing === 'active').map(({ stake }) => stake);
  return stakes.length === 0 || stakes.includes(null)
    ? null
    : stakes.reduce<number>((sum, stake) => sum + (stake ?? 0), 0);
}

/**
 * The trace after one more reading of the same source. A reading that does not go on from this trace (somebody else's tick came between)
 * changes nothing but the acts that it saw: those are true whoever saw them.
 */
export function extendTrace(
  before: Trace | null,
  reading: SignerReading,
  given: { readonly keys: number; readonly freshAt: number },
): Trace {
  const old = before?.keys ?? Array.from({ length: given.keys }, () => unseen);
  const goesOn = before === null || before.next === reading.base;
  const isFresh = before === null || (goesOn && reading.hasGap);
  const progress: Progress = {
    open: isFresh ? [] : before.open,
    through: isFresh ? null : before.through,
    runs: old.map((key) => (isFresh ? null : key.absent)),
  };
  const actsOf = (key: number): Act[] => reading.acts.filter((act) => act.key === key);
  for (const unit of goesOn ? reading.units : []) {
    const acted = reading.acts.filter((act) => act.unit === unit.unit).map((act) => act.key);
    takeUnit(progress, unit, acted);
  }
  return {
    next: goesOn ? reading.next : before.next,
    tip: goesOn ? reading.tip : before.tip,
    freshAt: reading.trouble === null || before === null ? given.freshAt : before.freshAt,
    through: progress.through,
    open: progress.open,
    stake: stakeOf(reading.keys) ?? before?.stake ?? null,
    keys: old.map((key, position) => {
      const acts = actsOf(position);
      const now = reading.keys[position];
      return {
        acts: newest(key.acts, acts),
        absent: withLateActs(progress.runs[position] ?? null, acts, progress.through),
        standing: now?.standing ?? key.standing,
        balance: now?.balance ?? key.balance,
      };
    }),
  };
}
