// Wakes another function as soon as there is something for it, without waking it more often than needed.
import type { Poke } from '../cloud/cloud.ts';

export type Poker = {
  /** There is something to do: pokes now, or once more after the poke that is under way. */
  readonly wake: () => void;
  /** Waits for what is under way; a sentence when a poke was not accepted, which the next tick makes up for. */
  readonly finish: () => Promise<string | null>;
};

export function createPoker(poke: Poke | null, signal: AbortSignal): Poker {
  let running: Promise<void> | null = null;
  let again = false;
  let problem: string | null = null;
  const run = async (wanted: Poke): Promise<void> => {
    do {
      again = false;
      // eslint-disable-next-line no-await-in-loop -- one after another is the point
      const result = await wanted(signal);
      problem = result.accepted ? null : `deliver was not woken: ${result.reason} ${result.detail}`;
    } while (again);
  };
  return {
    wake: () => {
      if (poke === null) return;
      if (running === null) running = run(poke);
      else again = true;
    },
    finish: async () => {
      await running;
      return problem;
    },
  };
}
