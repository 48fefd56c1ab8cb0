// Targets that show whether signers sign: those of role chain that are asked by the probe of that chain.
import { sourceProbes } from '../chains/registry.ts';
import type { Target } from './target.ts';

export { sourceProbes };

type Asked<Kind extends Target['probe'], Chain> = {
  readonly id: string;
  readonly operator: string;
  readonly isOwn: boolean;
  readonly chain: Chain;
  readonly source: Extract<Target, { readonly probe: Kind }>;
};

export type Source = Asked<'beacon', 'ethereum'> | Asked<'cometbft', 'berachain' | 'cometbft'>;

/** Null for a target that is only probed. */
export function sourceOf(target: Target): Source | null {
  if (target.role !== 'chain' || target.operator === undefined) return null;
  const common = { id: target.id, operator: target.operator, isOwn: target.own === true };
  if (target.probe === 'beacon' && target.chain === 'ethereum') {
    return { ...common, chain: target.chain, source: target };
  }
  return target.probe === 'cometbft' && (target.chain === 'berachain' || target.chain === 'cometbft')
    ? { ...common, chain: target.chain, source: target }
    : null;
}
