// Credentials in the query of an address, where every log on the way would keep them.
import { isMapping } from '../draft.ts';
import type { Path } from '../problem.ts';
import type { Report, Rule } from './rule.ts';

const telling = /[?&][^=&#]*(api_?-?key|token|secret|passw|auth|signature|credential)[^=&#]*=[^&#]/i;

function search(value: unknown, path: Path, report: Report): void {
  if (typeof value === 'string') {
    if (/^https?:/i.test(value) && telling.test(value)) {
      report(
        path,
        'has a secret in its query; take it out, and give it by reference as {env: NAME} or {file: PATH}',
      );
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) search(item, [...path, index], report);
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) search(item, [...path, key], report);
  }
}

export const noCredentials: Rule = (draft, report) => {
  search(draft.references, ['references'], report);
  search(draft.channels, ['channels'], report);
  for (const [index, site] of draft.sites.entries())
    search(site.targets, ['sites', index, 'targets'], report);
};
