// Standbys that nobody could ever get, and places that are written down twice.
import type { Draft } from '../draft.ts';
import { formatPath } from '../problem.ts';
import { chainNames } from '../signer.ts';
import type { Rule } from './rule.ts';

type Nodes = NonNullable<NonNullable<Draft['standbys']>['nodes']>;

const isChain = (name: string | undefined): boolean => chainNames.some((chain) => chain === name);

/** Null as long as a chain somewhere is not readable, for it may be the one. */
function chainsOfSigners({ sites }: Draft): ReadonlySet<string> | null {
  const chains = sites.flatMap(({ signers }) => signers.map(({ chain }) => chain));
  return chains.every(isChain) ? new Set(chains.flatMap((chain) => chain ?? [])) : null;
}

function whyNobody(nodes: Nodes, draft: Draft): string | null {
  const chains = Object.keys(nodes);
  if (chains.length === 0) return 'is empty; name at least one chain';
  const signed = chainsOfSigners(draft);
  if (signed === null || !chains.every(isChain)) return null;
  if (chains.some((chain) => signed.has(chain))) return null;
  return signed.size === 0
    ? 'is for signers, and no site has any; give a site its signers, or take standbys out'
    : `has no chain of any signer; write one of ${[...signed].join(', ')}`;
}

export const usableStandbys: Rule = (draft, report) => {
  const nodes = draft.standbys?.nodes;
  if (nodes === undefined) return;
  const problem = whyNobody(nodes, draft);
  if (problem !== null) report(['standbys', 'nodes'], problem);
  for (const [chain, { places }] of Object.entries(nodes)) {
    const path = ['standbys', 'nodes', chain, 'places'];
    for (const [index, { region }] of places.entries()) {
      const earlier = places.findIndex((place) => place.region === region);
      if (region === undefined || earlier === index) continue;
      report(
        [...path, index, 'region'],
        `is that of ${formatPath([...path, earlier])}; write all zones of a region into one place`,
      );
    }
  }
};
