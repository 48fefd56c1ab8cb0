// Whether a house is well as far as a signer is concerned: only an unbroken time of that releases a standby by itself.
import { subjectKey } from '../incident.ts';
import type { Signer, WantContext } from './trouble-for.ts';

/** A signer of which nothing was ever shown can only be judged by its house. */
function isSignerWell({ id }: Signer, { judgement, ledger }: WantContext): boolean {
  const state = judgement.signers[id] ?? 'unknown';
  const isUnseen = Object.keys(ledger[id]?.traces ?? {}).length === 0;
  return state === 'signing' || (state === 'unknown' && isUnseen);
}

/** The house answers, nothing is open or suspected of it as a whole or of this signer's signatures, and the signer signs. */
function isStable(signer: Signer, context: WantContext): boolean {
  const { rules, judgement, subjects } = context;
  const own = subjects.get(subjectKey({ kind: 'signer', id: signer.id }));
  return (
    judgement.verdict === 'ok' &&
    !subjects.has(subjectKey({ kind: 'site', id: rules.id })) &&
    own?.kind !== 'not-signing' &&
    isSignerWell(signer, context)
  );
}

/** Since when it has been so without a break; a time in which nobody looked is a break. */
export function stableSince(before: number | null, signer: Signer, context: WantContext): number | null {
  const { at, gapMs, rules } = context;
  if (!isStable(signer, context)) return null;
  const isUnbroken = gapMs !== null && gapMs <= rules.policy.late.afterMs;
  return before === null || !isUnbroken ? at : before;
}
