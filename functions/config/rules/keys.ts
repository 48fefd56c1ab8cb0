// Keys of signers: public, of the right chain, and each in one place only.
import { canonicalKey, chainNames, keyProblem } from '../signer.ts';
import { formatPath, type Path } from '../problem.ts';
import type { Rule } from './rule.ts';

/** Two clients that load one key sign twice, and that is slashed: the one mistake that cannot be undone. */
export const keysOnce: Rule = (draft, report) => {
  const seen = new Map<string, Path>();
  for (const [index, site] of draft.sites.entries()) {
    for (const [at, signer] of site.signers.entries()) {
      const path = ['sites', index, 'signers', at, 'keys'];
      const chain = chainNames.find((name) => name === signer.chain);
      for (const [position, key] of signer.keys.entries()) {
        if (typeof key !== 'string' && typeof key !== 'number') continue;
        // A private key is refused whatever the chain is, even when that is not readable.
        const problem = keyProblem(key, chain);
        if (problem !== null) report([...path, position], problem);
        if (chain === undefined || problem !== null) continue;
        const canonical = `${chain} ${canonicalKey(key, chain)}`;
        const earlier = seen.get(canonical);
        if (earlier === undefined) seen.set(canonical, [...path, position]);
        else {
          report(
            [...path, position],
            `is the key at ${formatPath(earlier)}; a key that two clients load signs twice and is slashed: list it once, and make sure that one client loads it`,
          );
        }
      }
    }
  }
};
