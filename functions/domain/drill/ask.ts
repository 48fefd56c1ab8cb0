// Takes in that somebody, or the week, wants a drill. Pure, and harmless when it is done twice: a wish keeps the id and the time of its event.
import type { DrillEvent, SiteEvent } from '../event.ts';
import type { SiteRules } from '../policy.ts';
import type { DrillWish } from './drill.ts';

type Rules = Pick<SiteRules, 'id' | 'signers' | 'standby'>;

function wishOf(event: DrillEvent, { id: site, signers, standby }: Rules): DrillWish | null {
  const { id, signer, mode, isWeekly, by, why, at } = event;
  const chain = signers.find((each) => each.id === signer)?.chain;
  if (chain === undefined || standby?.chains.includes(chain) !== true) return null;
  return { id, signer, site, chain, mode, by: isWeekly ? null : by, why, at };
}

/**
 * The wishes among the events taken in, of each signer the latest; what a person wants comes before the weekly one. A wish for a signer that
 * is not configured any more, or whose chain has no node, is none.
 */
export function drillsTaken(events: readonly SiteEvent[], rules: Rules): readonly DrillWish[] {
  const wishes = new Map<string, DrillWish>();
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    if (event.kind !== 'drill') continue;
    const before = wishes.get(event.signer);
    if (event.isWeekly && before !== undefined && before.by !== null) continue;
    const wish = wishOf(event, rules);
    if (wish !== null) wishes.set(wish.signer, wish);
  }
  return [...wishes.values()];
}
