// How chains and signers are shown, wherever they are.
import type { Facts } from '../functions/domain/facts.ts';
import { chainWords, signerWords } from '../functions/views/signing.ts';
import { chainTone, signerTone } from '../functions/views/verdict.ts';
import type { Part } from '../local/terminal-text.ts';

export function signingLines(facts: Facts, timezone: string): Part[][] {
  return [
    ...facts.chains.map((chain): Part[] => [
      '  ',
      { style: chainTone[chain.state], text: chainWords(chain) },
    ]),
    ...facts.signers.map((signer): Part[] => [
      '  ',
      { style: signerTone[signer.state], text: signerWords(signer, { at: facts.at, timezone }) },
    ]),
  ];
}
