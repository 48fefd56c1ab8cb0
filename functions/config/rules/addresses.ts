// Addresses that are written out and must not be connected to; names are checked when they are resolved.
import { forbiddenLiteral } from '../endpoint.ts';
import type { Rule } from './rule.ts';

/** `allow` holds networks that are allowed everywhere: those of the lab. */
export function publicAddresses(allow: readonly string[]): Rule {
  return (draft, report) => {
    for (const [index, reference] of draft.references.entries()) {
      const found = forbiddenLiteral(reference, allow);
      if (found === null) continue;
      report(
        ['references', index, found.field],
        `leads to a ${found.reason} address; a reference must be a public host`,
      );
    }
    for (const [index, site] of draft.sites.entries()) {
      for (const [at, target] of site.targets.entries()) {
        const found = forbiddenLiteral(target, [...allow, ...site.allowAddresses]);
        if (found === null) continue;
        report(
          ['sites', index, 'targets', at, found.field],
          `leads to a ${found.reason} address; write a public host, or name its network in allowAddresses of the site`,
        );
      }
    }
  };
}
