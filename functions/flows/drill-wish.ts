// That a person wants a drill: checked against the configuration, so that what is missing there is said before anything is made.
import { z } from 'zod';
import { type DrillMode, drillModes } from '../domain/drill/drill.ts';
import type { DrillEvent } from '../domain/event.ts';
import type { SiteRules } from '../domain/policy.ts';
import { eventId, type InboxWorld } from './inbox.ts';
import { notFound, type Refused, siteOfSigner, wishFields } from './standby-wish.ts';

/** As it is posted. Without a mode it is the one that is configured. */
export const drillFields = {
  kind: z.literal('drill'),
  signer: wishFields.signer,
  mode: z.enum(drillModes).nullish(),
  why: wishFields.why,
};

/** Read and checked for its form. */
export type AskedDrill = Pick<DrillEvent, 'signer' | 'why' | 'by'> & {
  readonly mode?: DrillMode | null | undefined;
};

function whyNone({ signers, drills }: SiteRules, signer: string): string | null {
  const chain = signers.find(({ id }) => id === signer)?.chain;
  if (chain !== undefined && drills?.chains.includes(chain) === true) return null;
  return `no drill of ${chain ?? 'its chain'} can be made: none of \`standbys.nodes.${chain ?? 'CHAIN'}.places\` has a \`drillTemplate\`. Write the name of the regional instance template of drills beside \`template\`; docs/drill.md says where it comes from`;
}

/** Whether one is under way already is for whoever makes it to know: a wish waits until that one has ended. */
export function checkDrill(world: InboxWorld, asked: AskedDrill): { readonly event: DrillEvent } | Refused {
  const { signer, why, by } = asked;
  const site = siteOfSigner(world, { signer });
  if ('ok' in site) return site;
  const problem = whyNone(site, signer);
  if (problem !== null) return notFound(problem);
  const usual = site.drills?.mode ?? 'off';
  const mode = asked.mode ?? (usual === 'off' ? 'boot' : usual);
  const at = world.clock.now();
  const id = eventId('drill', signer, mode, String(at));
  return { event: { kind: 'drill', id, site: site.id, signer, mode, isWeekly: false, why, by, at } };
}
