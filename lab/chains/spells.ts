// Times in which something does not happen, such as a validator that is off or a chain that stands still. Plain values over time.

export type Spells = {
  readonly begin: (at: number) => void;
  readonly end: (at: number) => void;
  readonly covers: (at: number) => boolean;
  /** Milliseconds of it until this time. */
  readonly lengthUntil: (at: number) => number;
  /** All of them, in order; the last may not have ended. */
  readonly all: () => readonly { readonly from: number; readonly until: number }[];
};

export function createSpells(): Spells {
  const spells: { from: number; until: number }[] = [];
  return {
    begin: (at) => {
      const last = spells.at(-1);
      if (last === undefined || last.until <= at) spells.push({ from: at, until: Number.POSITIVE_INFINITY });
    },
    end: (at) => {
      const last = spells.at(-1);
      if (last !== undefined && last.until > at) last.until = Math.max(at, last.from);
    },
    covers: (at) => spells.some(({ from, until }) => from <= at && at < until),
    lengthUntil: (at) =>
      spells.reduce((sum, { from, until }) => sum + Math.max(0, Math.min(until, at) - from), 0),
    all: () => spells,
  };
}
