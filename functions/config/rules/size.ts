// Sites that watch nothing, or more than the document of a site may hold.
import type { Rule } from './rule.ts';

/** Most targets and signers together of one site: its document stays well under what the store allows. */
const mostSubjects = 300;

export const siteSize: Rule = (draft, report) => {
  for (const [index, site] of draft.sites.entries()) {
    const count = site.targets.length + site.signers.length;
    if (count > mostSubjects) {
      report(
        ['sites', index],
        `has ${count} targets and signers; at most ${mostSubjects} fit into its document: make two sites of it`,
      );
    }
    if (count + site.heartbeats.length === 0) {
      report(['sites', index], 'watches nothing; give it a target, a signer or a heartbeat');
    }
  }
};
