// Lets a bounded number of pieces of I/O through at a time, shared by everything in a run.

/** Runs a piece of work when there is room; rejects as the work does. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Room for `limit` pieces of work at a time, first come first served. */
export function takeTurns(limit: number): InTurn {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on, not given back and taken again: nobody can push in between.
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
