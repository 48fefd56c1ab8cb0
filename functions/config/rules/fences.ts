// Fences need a gate that they can ask, and a name of their own.
import { formatPath, type Path } from '../problem.ts';
import type { Rule } from './rule.ts';

export const askableFences: Rule = ({ gate, sites }, report) => {
  for (const [site, { signers }] of sites.entries()) {
    for (const [signer, { fences }] of signers.entries()) {
      const path: Path = ['sites', site, 'signers', signer, 'fences'];
      if (fences.length > 0 && (gate === undefined || gate === null)) {
        report(path, 'has nobody to ask; add `gate` to the file, with its url and its key');
      }
      for (const [index, { id }] of fences.entries()) {
        const first = fences.findIndex((each) => each.id === id);
        if (id === undefined || first === index) continue;
        report(
          [...path, index, 'id'],
          `is "${id}", as ${formatPath([...path, first, 'id'])} is already; give each fence of a signer its own id`,
        );
      }
    }
  }
};
