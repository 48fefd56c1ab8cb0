// What the chains show of signers, in words.
import type { ChainFact, SignerFact } from '../domain/facts.ts';
import { duration, localTime } from './time.ts';

type When = { readonly at: number; readonly timezone: string };

const ago = (at: number, now: number): string => `${duration(now - at)} ago`;

function keysOf({ keys }: SignerFact): string {
  const parts = [
    `${keys.total} key${keys.total === 1 ? '' : 's'}`,
    ...(keys.silent > 0 ? [`${keys.silent} silent`] : []),
    ...(keys.inactive > 0 ? [`${keys.inactive} not active`] : []),
  ];
  return parts.join(', ');
}

/** E.g. `signer eth-1 (ethereum, 3 keys): signing, last signed 40 s ago; signed in epoch 412`. */
export function signerWords(fact: SignerFact, { at, timezone }: When): string {
  const parts = [
    fact.state,
    ...(fact.actAt === null ? [] : [`last seen signing ${ago(fact.actAt, at)}`]),
    ...(fact.silentSince === null ? [] : [`silent since ${localTime(fact.silentSince, timezone)}`]),
  ];
  const detail = fact.detail === null ? '' : `; ${fact.detail}`;
  return `signer ${fact.id} (${fact.chain}, ${keysOf(fact)}): ${parts.join(', ')}${detail}`;
}

/** E.g. `chain ethereum: moving, head 4 s old`. */
export const chainWords = ({ id, state, detail }: ChainFact): string =>
  `chain ${id}: ${state}${detail === null ? '' : `, ${detail}`}`;
