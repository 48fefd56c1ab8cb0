// Whether anybody is expected to sign with the keys of a signer: not while nobody holds them, nor in the first while after they changed hands.
import type { SignerFact } from '../facts.ts';

/**
 * A client that has just got its keys has to start, and with doppelganger protection it is silent on purpose for two to three epochs; what was
 * silent before it had them says nothing of it.
 */
const startingMs = 30 * 60_000;

/** Where nobody is named as their holder, it is as before there was any handover. */
export function isExpected(
  { holder, heldSince }: Pick<SignerFact, 'holder' | 'heldSince'>,
  at: number,
): boolean {
  if (holder === null) return true;
  return holder !== 'none' && (heldSince === null || at - heldSince >= startingMs);
}
