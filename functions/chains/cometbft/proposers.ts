// Who proposes the next blocks, by the rule that every node follows. Pure, and to the last digit: one that is off by one names somebody else.
// Source: https://github.com/cometbft/cometbft/blob/v0.38.x/spec/consensus/proposer-selection.md
import type { Validator } from './validator-set.ts';

/** A validator with its turn. A set as a node gives it for a height is the one after that height's proposer was drawn. */
export type Turn = { readonly address: string; readonly power: bigint; readonly priority: bigint };

export type Drawn = { readonly proposer: string; readonly turns: readonly Turn[] };

/** Null when the node does not tell the turns, or nobody has any power. */
export function turnsOf(set: readonly Validator[]): readonly Turn[] | null {
  const turns = set.flatMap(({ address, exactPower: power, priority }) =>
    priority === null ? [] : [{ address, power, priority }],
  );
  return turns.length === set.length && turns.some(({ power }) => power > 0n) ? turns : null;
}

const totalOf = (turns: readonly Turn[]): bigint => turns.reduce((sum, { power }) => sum + power, 0n);

/** The quotient rounded down, also below 0. */
const floored = (value: bigint, by: bigint): bigint => {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
};

/** Twice the whole power is as far as two validators may be apart. */
function rescaled(turns: readonly Turn[], total: bigint): readonly Turn[] {
  const priorities = turns.map(({ priority }) => priority);
  const highest = priorities.reduce((best, each) => (each > best ? each : best));
  const lowest = priorities.reduce((best, each) => (each < best ? each : best));
  const [distance, most] = [highest - lowest, 2n * total];
  if (distance <= most) return turns;
  const ratio = (distance + most - 1n) / most;
  return turns.map((turn) => ({ ...turn, priority: turn.priority / ratio }));
}

function centred(turns: readonly Turn[]): readonly Turn[] {
  const sum = turns.reduce((all, { priority }) => all + priority, 0n);
  const average = floored(sum, BigInt(turns.length));
  return turns.map((turn) => ({ ...turn, priority: turn.priority - average }));
}

const isBefore = (one: Turn, other: Turn): boolean =>
  one.priority === other.priority ? one.address < other.address : one.priority > other.priority;

/** The next to propose: of the next height, or of the next round of the same one. `turns` is not empty. */
export function draw(turns: readonly Turn[]): Drawn {
  const total = totalOf(turns);
  const waited = centred(rescaled(turns, total)).map((turn) => ({
    ...turn,
    priority: turn.priority + turn.power,
  }));
  const first = waited.reduce((best, each) => (isBefore(each, best) ? each : best));
  return {
    proposer: first.address,
    turns: waited.map((turn) => (turn === first ? { ...turn, priority: turn.priority - total } : turn)),
  };
}

/** The proposers of the `count` heights, or rounds, that follow. */
export function proposersAfter(turns: readonly Turn[], count: number): string[] {
  const proposers: string[] = [];
  let now = turns;
  for (let drawn = 0; drawn < count; drawn += 1) {
    const { proposer, turns: after } = draw(now);
    proposers.push(proposer);
    now = after;
  }
  return proposers;
}

/**
 * The proposer of the first round of the height that `after` is of, when the rule leads from the set before it to exactly that one. Null when it does
 * not: somebody joined or left, or this chain has another rule.
 */
export function provenProposer(before: readonly Turn[], after: readonly Turn[]): string | null {
  const now = new Map(after.map((turn) => [turn.address, turn]));
  if (before.length !== after.length) return null;
  // Stake may change from block to block; who has it keeps its turn.
  const weighed = before.map((turn) => ({ ...turn, power: now.get(turn.address)?.power ?? 0n }));
  const { proposer, turns } = draw(weighed);
  return turns.every(({ address, priority }) => now.get(address)?.priority === priority) ? proposer : null;
}
