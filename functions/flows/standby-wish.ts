// What a person wants of a standby: checked against the configuration, and against what the last look knew.
import { z } from 'zod';
import type { StandbyEvent } from '../domain/event.ts';
import { standbyWishes } from '../domain/event.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Wanted } from '../domain/standby/want.ts';
import { signersWithNodes } from '../views/standbys-answer.ts';
import { eventId, type InboxWorld } from './inbox.ts';

/** As it is posted. The site need not be said: every signer has one. */
export const wishFields = {
  kind: z.literal('standby'),
  signer: z.string().min(1).max(20),
  wish: z.enum(standbyWishes),
  site: z.string().min(1).max(20).nullish(),
  why: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{C}]*$/u, 'has line breaks or control characters'),
};

/** What somebody wants of a standby, read and checked for its form. */
export type Wish = Pick<StandbyEvent, 'signer' | 'wish' | 'why' | 'by'> & {
  readonly site?: string | null | undefined;
};

export type Refused = {
  readonly ok: false;
  readonly reason: 'malformed' | 'not-found';
  readonly problem: string;
};

export const notFound = (problem: string): Refused => ({ ok: false, reason: 'not-found', problem });

const mostListed = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The site of a signer that can have a node; `site` is the one that was named, if any was. */
export function siteOfSigner(
  { sites }: InboxWorld,
  { signer: id, site: named }: Pick<Wish, 'signer' | 'site'>,
): SiteRules | Refused {
  if (sites.every(({ standby }) => standby === null)) {
    return notFound(
      'no node is ever made here: the configuration has no `standbys`; docs/standbys.md says what to write',
    );
  }
  const site = sites.find(({ signers }) => signers.some((each) => each.id === id));
  if (site === undefined) {
    return notFound(
      `there is no such signer; there is ${listed(sites.flatMap(({ signers }) => signers.map((each) => each.id)))}`,
    );
  }
  if (named !== undefined && named !== null && named !== site.id) {
    return notFound(`that signer is at ${site.id}, not at the site that was named`);
  }
  const chain = site.signers.find((each) => each.id === id)?.chain;
  if (chain === undefined || site.standby?.chains.includes(chain) !== true) {
    const others = listed(signersWithNodes(sites).map(({ signer }) => signer));
    return notFound(
      `no node of ${chain ?? 'its chain'} is configured; add \`standbys.nodes.${chain ?? 'CHAIN'}\`. There can be one for: ${others}`,
    );
  }
  return site;
}

/** True when what is wanted is so already, as far as the last look knew. */
function isSoAlready(wish: Wish['wish'], known: Wanted | undefined): boolean {
  const isWanted = known !== undefined && known.release === null;
  switch (wish) {
    case 'create':
      return isWanted;
    case 'keep':
      return known?.keep !== null && isWanted;
    case 'release':
      return !isWanted;
  }
}

/** `isOver`: it was so already, as far as the last look knew; it is written down all the same. */
export async function checkWish(
  world: InboxWorld,
  wish: Wish,
): Promise<{ readonly event: StandbyEvent; readonly isOver: boolean } | Refused> {
  const site = siteOfSigner(world, wish);
  if ('ok' in site) return site;
  const { signer, wish: what, why, by } = wish;
  const memory = (await world.store.readSites([site.id])).get(site.id);
  const known = memory?.state.wanted[signer];
  if (what === 'keep' && (known === undefined || known.release !== null)) {
    return notFound(
      `no standby of ${signer} is wanted that could be kept; \`watchdog standby create ${signer}\` asks for one. One that was asked for a moment ago may not be known yet: try again after the next look`,
    );
  }
  const at = world.clock.now();
  const id = eventId('standby', signer, what, String(at));
  return {
    event: { kind: 'standby', id, site: site.id, signer, wish: what, why, by, at },
    isOver: isSoAlready(what, known),
  };
}
