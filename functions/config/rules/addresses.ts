// Addresses that are written out and must not be connected to; names are checked when they are resolved.
import { forbiddenLiteral } from '../endpoint.ts';
import type { Rule } from './rule.ts';

/** `allow` holds networks that are allowed everywhere: those of the lab. */
export function publicAddresses(allow: readonly string[]): Rule {
  return (draft, report) => {
    for (const [index, reference] of draft.references.entries()) {
      const found = forbiddenLiteral(reference, allow);
      if (found === null) continue;
      const path = ['references', index, found.field];
      report(path, `must not be connected to (${found.reason} address); a reference is a public host`);
    }
    for (const [index, site] of draft.sites.entries()) {
      for (const [at, target] of site.targets.entries()) {
        const found = forbiddenLiteral(target, [...allow, ...site.allowAddresses]);
        if (found === null) continue;
        const wayOut =
          found.reason === 'metadata' ? '' : ', or name its network in allowAddresses of the site';
        report(
          ['sites', index, 'targets', at, found.field],
          `must not be connected to (${found.reason} address); write a public host${wayOut}`,
        );
      }
    }
  };
}
