// What became of the validators of a pretend Ethereum, and when. Plain values over time.

export type StatusChange = { readonly status: string; readonly at: number };

export type Statuses = {
  readonly set: (index: number, status: string, at: number) => void;
  readonly of: (index: number, at: number) => string;
  /** In the order of their times, those to come among them. */
  readonly changesOf: (index: number) => readonly StatusChange[];
  /** Everybody of whom there is a change. */
  readonly all: ReadonlyMap<number, readonly StatusChange[]>;
};

export function createStatuses(): Statuses {
  const all = new Map<number, readonly StatusChange[]>();
  const changesOf = (index: number): readonly StatusChange[] => all.get(index) ?? [];
  return {
    all,
    changesOf,
    // Of two at the same time the later word counts.
    set: (index, status, at) => {
      all.set(
        index,
        [...changesOf(index), { status, at }].toSorted((a, b) => a.at - b.at),
      );
    },
    of: (index, at) => changesOf(index).findLast((change) => change.at <= at)?.status ?? 'active_ongoing',
  };
}
