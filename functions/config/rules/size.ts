// Sites that watch nothing, or more than the document of a site may hold.
import { textOf, type DraftSite } from '../draft.ts';
import type { Rule } from './rule.ts';

/** Most targets and signers together of one site: its document stays well under what the store allows. */
const mostSubjects = 270;
/** The same for its keys, each counted once for every source that shows it: about 250 bytes are remembered of one. */
const mostKeySources = 200;

// A role that is not readable is the schema's matter.
const showsTheHouse = (target: DraftSite['targets'][number]): boolean =>
  !['exit', 'chain', 'reference'].includes(textOf(target, 'role') ?? 'inbound');

const keySources = (site: DraftSite): number =>
  site.signers.reduce((sum, { chain, keys }) => {
    const sources = site.targets.filter((target) => target['role'] === 'chain' && target['chain'] === chain);
    return sum + keys.length * sources.length;
  }, 0);

export const siteSize: Rule = (draft, report) => {
  for (const [index, site] of draft.sites.entries()) {
    const count = site.targets.length + site.signers.length;
    if (count > mostSubjects) {
      report(
        ['sites', index],
        `has ${count} targets and signers; at most ${mostSubjects} fit into its document: make two sites of it`,
      );
    }
    const seen = keySources(site);
    if (seen > mostKeySources) {
      report(
        ['sites', index],
        `has ${seen} pairs of a key and a source that shows it; at most ${mostKeySources} fit into its document: make two sites of it`,
      );
    }
    const others = site.signers.length + site.heartbeats.length;
    if (count + site.heartbeats.length === 0) {
      report(['sites', index], 'watches nothing; give it a target, a signer or a heartbeat');
    } else if (others === 0 && !site.targets.some(showsTheHouse)) {
      report(
        ['sites', index],
        'has nothing in the house to look at; give it an inbound target, a signer or a heartbeat',
      );
    }
  }
};
