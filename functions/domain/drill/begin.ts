// Whether a drill that somebody asked for is begun now, waits, or is over before it began. Pure.
import type { ChainName } from '../chain.ts';
import type { NodeRules, StandbyRules } from '../standby/rules.ts';
import type { Fleet } from '../standby/standby.ts';
import type { Drill, DrillOutcome, DrillWish } from './drill.ts';

/** A wish that nobody came to for so long is over. */
const patienceMs = 24 * 3_600_000;

/** What the node of a drill is made of: as that of a standby, in places that have a template for it. */
function drillNode({ nodes }: StandbyRules, chain: ChainName): NodeRules | null {
  const node = nodes[chain];
  if (node === undefined) return null;
  const places = node.places.flatMap(({ drillTemplate, ...place }) =>
    drillTemplate === null ? [] : [{ ...place, template: drillTemplate, drillTemplate }],
  );
  return places.length === 0 ? null : { ...node, places };
}

/** By which the machinery of standbys makes its nodes. */
export function drillRules(rules: StandbyRules, chain: ChainName): StandbyRules {
  const node = drillNode(rules, chain);
  return { ...rules, nodes: node === null ? {} : { [chain]: node } };
}

export type Beginning =
  | { readonly do: 'begin' }
  /** What is waited for. */
  | { readonly do: 'wait'; readonly text: string }
  /** Another drill of this signer has ended since it was asked for. */
  | { readonly do: 'forget' }
  | { readonly do: 'end'; readonly outcome: DrillOutcome; readonly text: string };

export type BeginContext = {
  readonly at: number;
  readonly rules: StandbyRules;
  /** The chain of the signer as it is configured; null when the signer is not, any more. */
  readonly chain: ChainName | null;
  readonly fleet: Pick<Fleet, 'drills'>;
  /** Whose standby is wanted or there; null when nobody's is. */
  readonly roomFor: string | null;
  /** Whose drill is under way; null when none is. */
  readonly running: string | null;
};

/** Was fulfilled by a drill that ended after it was asked for. */
export function isFulfilled(wish: DrillWish, { drills }: Pick<Fleet, 'drills'>): boolean {
  const last = drills[wish.signer]?.last;
  return last !== undefined && (last.id === wish.id || last.endedAt >= wish.at);
}

export function beginning(wish: DrillWish, context: BeginContext): Beginning {
  const { at, rules, chain, fleet, roomFor, running } = context;
  if (isFulfilled(wish, fleet)) return { do: 'forget' };
  if (chain !== wish.chain)
    return { do: 'end', outcome: 'gave-way', text: 'the signer is not configured any more' };
  if (drillNode(rules, chain) === null) {
    const text = `no place has a template for drills of ${chain}; name one in standbys.nodes.${chain}.places[].drillTemplate`;
    return { do: 'end', outcome: 'failed', text };
  }
  if (rules.isDryRun) {
    return { do: 'end', outcome: 'gave-way', text: 'a node would be made, but dryRun is set' };
  }
  const waits =
    roomFor !== null
      ? `the standby of ${roomFor} comes first`
      : running !== null
        ? `the drill of ${running} is under way`
        : null;
  if (waits === null) return { do: 'begin' };
  return at - wish.at < patienceMs
    ? { do: 'wait', text: waits }
    : { do: 'end', outcome: 'gave-way', text: `it was not begun within a day: ${waits}` };
}

/** Wishes that wait, in the order in which they came. */
export const waitingWishes = (drills: Iterable<Drill>): DrillWish[] =>
  [...drills]
    .flatMap(({ wish, run }) => (wish === null || run !== null ? [] : [wish]))
    .toSorted((a, b) => a.at - b.at || (a.signer < b.signer ? -1 : 1));
