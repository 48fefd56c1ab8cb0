// Where the next attempt is made: zones in their order, then regions, and all of them again after a pause.
import { classOf } from './code.ts';
import type { NodeRules } from './rules.ts';
import type { Tried } from './standby.ts';

/** A place that had no room is left alone for so long. */
export const placeRestMs = 10 * 60_000;

export type Spot = { readonly region: string; readonly zone: string; readonly template: string };

const isAbout = (tried: Tried, spot: Spot): boolean => {
  const found = classOf({ code: tried.code, text: '' });
  if (found === 'again') return false;
  return found === 'next-region' ? tried.region === spot.region : tried.zone === spot.zone;
};

/**
 * Of the places that do not rest the one that was tried least often, in the order of the configuration; else when the first may be tried
 * again. Tries before `roomSince` say nothing of the room that there is now: a node of ours that took it is gone since.
 */
export function nextSpot(
  { places }: NodeRules,
  tries: readonly Tried[],
  { at, roomSince }: { readonly at: number; readonly roomSince: number | null },
): { readonly spot: Spot } | { readonly notBefore: number } {
  const tried = roomSince === null ? tries : tries.filter((each) => each.at >= roomSince);
  const spots = places.flatMap(({ region, zones, template }) =>
    zones.map((zone): Spot => ({ region, zone, template })),
  );
  const judged = spots.map((spot) => {
    const about = tried.filter((each) => isAbout(each, spot));
    const restsUntil = Math.max(...about.map((each) => each.at + placeRestMs), Number.NEGATIVE_INFINITY);
    return { spot, times: about.length, restsUntil };
  });
  // A rest that ends later than a rest lasts was begun by a clock that went wrong.
  const awake = judged.filter(({ restsUntil }) => restsUntil <= at || restsUntil > at + placeRestMs);
  const [first] = awake.toSorted((a, b) => a.times - b.times);
  return first === undefined
    ? { notBefore: Math.min(...judged.map(({ restsUntil }) => restsUntil)) }
    : { spot: first.spot };
}
