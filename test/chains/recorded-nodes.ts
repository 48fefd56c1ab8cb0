// Nodes as they were recorded, served again: for the tests of what real clients were seen to do.
import { onTestFinished } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import {
  type Exchange,
  type Lie,
  type Recorded,
  type Recording,
  serveRecording,
} from '../support/recorded.ts';
import type { Seen } from './world.ts';

/** Serves a recording for the time of the test. */
export async function serveNode(recording: Recording, lie?: Lie): Promise<Recorded> {
  const served = await serveRecording(recording, lie);
  onTestFinished(served.close);
  return served;
}

/** What was answered first at this path, or at one that fits. */
export function answerAt({ exchanges }: Recording, path: string | RegExp): Exchange {
  const found = exchanges.find((exchange) =>
    typeof path === 'string' ? exchange.path === path : path.test(exchange.path),
  );
  if (found === undefined) throw new Error(`not recorded: ${String(path)}`);
  return found;
}

/** Another answer where the path fits; what is not changed stays as it was recorded. */
export const instead =
  (path: RegExp, change: (answer: Exchange) => Partial<Exchange>): Lie =>
  (answer) =>
    path.test(answer.path) ? { ...answer, ...change(answer) } : answer;

export const factOf = (seen: Seen, id: string): SignerFact => {
  const fact = seen.signers.find((signer) => signer.id === id);
  if (fact === undefined) throw new Error(`no signer ${id}`);
  return fact;
};

/** Of each signer, in the order in which they are configured. */
export const statesOf = (seen: Seen): readonly string[] => seen.signers.map(({ state }) => state);

export const bad = (reason: string, detail: unknown): object => ({ ok: false, reason, detail });
