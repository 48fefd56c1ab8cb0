// Asks the person in front of the terminal. Nothing is taken for granted: no answer is no.
import { createInterface } from 'node:readline/promises';

/** Null when nobody can answer: there is no terminal, or it was closed. Rejects with an AbortError on Ctrl-C. */
export type AskPerson = (question: string) => Promise<string | null>;

type Streams = {
  readonly input: NodeJS.ReadStream;
  /** Questions are no result: they go where progress goes. */
  readonly output: NodeJS.WriteStream;
};

export const askPerson =
  ({ input, output }: Streams): AskPerson =>
  async (question) => {
    if (!input.isTTY || !output.isTTY) return null;
    const lines = createInterface({ input, output });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  };

/** True when the person has typed exactly this, or has given it in advance. */
export async function isTyped(
  ask: AskPerson,
  {
    wanted,
    given,
    question,
  }: { readonly wanted: string; readonly given?: string; readonly question: string },
): Promise<boolean> {
  return (given ?? (await ask(question))) === wanted;
}
