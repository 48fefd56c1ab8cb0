// Operations as the bill counts them: documents read (a missing one and an empty query too), written, deleted.

export type Counts = { readonly reads: number; readonly writes: number; readonly deletes: number };

export type Counter = {
  readonly add: (more: Partial<Counts>) => void;
  readonly read: () => Counts;
  readonly reset: () => void;
};

export const noCounts: Counts = { reads: 0, writes: 0, deletes: 0 };

export function plus(left: Counts, right: Partial<Counts>): Counts {
  return {
    reads: left.reads + (right.reads ?? 0),
    writes: left.writes + (right.writes ?? 0),
    deletes: left.deletes + (right.deletes ?? 0),
  };
}

export function counter(): Counter {
  let total = noCounts;
  return {
    add: (more) => {
      total = plus(total, more);
    },
    read: () => total,
    reset: () => {
      total = noCounts;
    },
  };
}
