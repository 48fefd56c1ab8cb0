// Maintenance windows that end before they begin, or that would mute a house for good.
import { moment } from '../fields.ts';
import type { Rule } from './rule.ts';

const longestMs = 31 * 86_400_000;

export const windowsInOrder: Rule = (draft, report) => {
  for (const [index, window] of draft.maintenance.entries()) {
    const from = moment.safeParse(window.from);
    const until = moment.safeParse(window.until);
    if (!from.success || !until.success) continue;
    const length = until.data - from.data;
    const path = ['maintenance', index, 'until'];
    if (length <= 0) report(path, 'is not after `from`; a window ends after it begins');
    if (length > longestMs) {
      report(
        path,
        'is more than 31 days after `from`; write a shorter window, nobody is told of anything in it',
      );
    }
  }
};
