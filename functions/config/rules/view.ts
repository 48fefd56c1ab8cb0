// Keys of links that open the view: a former one stands beside one that signs.
import type { Rule } from './rule.ts';

export const usableLinkKeys: Rule = (draft, report) => {
  const { status } = draft;
  if (status['previousLinkKey'] !== undefined && status['linkKey'] === undefined) {
    report(['status', 'previousLinkKey'], 'is the key before, but none signs now; write linkKey as well');
  }
};
