// In which order the validators of a pretend CometBFT chain propose: whoever has waited for most power. Source: https://docs.cometbft.com/v0.38/spec/consensus/proposer-selection

/** For each place the priority that nodes show for a height: after its proposer was drawn. */
type Drawn = { readonly place: number; readonly priorities: readonly number[] };

export type Proposers = {
  /** The places of those who propose a height: of the first round, then of each one after it, without end. */
  readonly of: (height: number) => Generator<number, never>;
  readonly prioritiesAt: (height: number) => readonly number[];
};

/** Powers whose order never comes round within this begin anew after it, as if everybody had changed. */
const longestCycle = 20_000;

/** `powers` in the order of the set: of the same priority the lower address goes first, which is the order given by `addresses`. */
export function createProposers(powers: readonly number[], addresses: readonly string[]): Proposers {
  const total = powers.reduce((sum, power) => sum + power, 0);
  const next = (priorities: readonly number[]): Drawn => {
    const waited = priorities.map((priority, place) => priority + (powers[place] ?? 0));
    const highest = Math.max(...waited);
    const place = waited
      .map((priority, each) => ({ each, isFirst: priority === highest, address: addresses[each] ?? '' }))
      .filter(({ isFirst }) => isFirst)
      .reduce((best, one) => (one.address < best.address ? one : best)).each;
    return {
      place,
      priorities: waited.map((priority, each) => (each === place ? priority - total : priority)),
    };
  };
  const cycle: Drawn[] = [];
  const cycleFor = (): readonly Drawn[] => {
    let priorities: readonly number[] = powers.map(() => 0);
    while (cycle.length === 0 || (cycle.length < longestCycle && priorities.some((each) => each !== 0))) {
      const drawn = next(priorities);
      cycle.push(drawn);
      ({ priorities } = drawn);
    }
    return cycle;
  };
  const at = (height: number): Drawn => {
    const known = cycle.length > 0 ? cycle : cycleFor();
    const drawn = known[(((height - 1) % known.length) + known.length) % known.length];
    if (drawn === undefined) throw new Error('there are no validators');
    return drawn;
  };
  return {
    prioritiesAt: (height) => at(height).priorities,
    *of(height) {
      for (let drawn = at(height); ; drawn = next(drawn.priorities)) yield drawn.place;
    },
  };
}
