// Wakes another function as soon as there is something for it, without waking it more often than needed.
import type { Poke } from '../cloud/cloud.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';

export type Poker = {
  /** There is something to do: pokes now, or once more after the poke that is under way. */
  readonly wake: () => void;
  /** Hands something over now; a sentence when it was not accepted. */
  readonly tell: (body: object) => Promise<string | null>;
  /** Waits for what is under way; a sentence when a poke was not accepted, which the next tick makes up for. */
  readonly finish: () => Promise<string | null>;
};

// By then the tick is committed: nothing that goes wrong here may make it look undone.
async function ask(poke: Poke, signal: AbortSignal, body?: object): Promise<string | null> {
  try {
    const result = await poke(signal, body);
    return result.accepted ? null : `deliver was not woken: ${result.reason} ${result.detail}`;
  } catch (error) {
    return `deliver was not woken: ${redactText(describeError(error))}`;
  }
}

export function createPoker(poke: Poke | null, signal: AbortSignal): Poker {
  let running: Promise<void> | null = null;
  let again = false;
  let problem: string | null = null;
  const run = async (wanted: Poke): Promise<void> => {
    do {
      again = false;
      // eslint-disable-next-line no-await-in-loop -- one after another is the point
      problem = await ask(wanted, signal);
    } while (again);
  };
  return {
    wake: () => {
      if (poke === null) return;
      if (running === null) running = run(poke);
      else again = true;
    },
    tell: async (body) => (poke === null ? 'there is no deliver to hand it to' : ask(poke, signal, body)),
    finish: async () => {
      await running;
      return problem;
    },
  };
}
