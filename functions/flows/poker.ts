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

/** Who is woken; `poke` is null when nothing listens. */
export type Woken = { readonly poke: Poke | null; readonly name: 'deliver' | 'provision' };

// By then the tick is committed: nothing that goes wrong here may make it look undone.
async function ask(
  { poke, name }: Woken & { readonly poke: Poke },
  signal: AbortSignal,
  body?: object,
): Promise<string | null> {
  try {
    const result = await poke(signal, body);
    return result.accepted ? null : `${name} was not woken: ${result.reason} ${result.detail}`;
  } catch (error) {
    return `${name} was not woken: ${redactText(describeError(error))}`;
  }
}

export function createPoker({ poke, name }: Woken, signal: AbortSignal): Poker {
  let running: Promise<void> | null = null;
  let again = false;
  let problem: string | null = null;
  const run = async (wanted: Poke): Promise<void> => {
    do {
      again = false;
      // eslint-disable-next-line no-await-in-loop -- one after another is the point
      problem = await ask({ poke: wanted, name }, signal);
    } while (again);
  };
  return {
    wake: () => {
      if (poke === null) return;
      if (running === null) running = run(poke);
      else again = true;
    },
    tell: async (body) =>
      poke === null ? `there is no ${name} to hand it to` : ask({ poke, name }, signal, body),
    finish: async () => {
      await running;
      return problem;
    },
  };
}
