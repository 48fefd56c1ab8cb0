// Whether a chain moves, from the heads of its sources.
import type { ChainName } from './chain.ts';
import type { ChainPolicy } from './chain-policy.ts';
import type { SourceReading } from './evidence.ts';
import type { ChainFact } from './facts.ts';

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`;

type OperatorHead = { readonly operator: string; readonly isOwn: boolean; readonly at: number };

/** One head for each operator: its newest. A source of another chain has none. */
function headsByOperator(readings: readonly SourceReading[]): OperatorHead[] {
  const heads = new Map<string, OperatorHead>();
  for (const { operator, isOwn, head, trouble } of readings) {
    if (head === null || trouble?.reason === 'wrong-chain') continue;
    const before = heads.get(operator);
    heads.set(operator, {
      operator,
      isOwn: isOwn || (before?.isOwn ?? false),
      at: Math.max(before?.at ?? head.at, head.at),
    });
  }
  return [...heads.values()];
}

/**
 * One fresh head shows that the chain moves. That it stands still takes old heads of at least two operators, none of them the house's own:
 * anything less is unknown.
 */
export function chainFact(
  id: ChainName,
  readings: readonly SourceReading[],
  context: { readonly at: number; readonly policy: ChainPolicy },
): ChainFact {
  const heads = headsByOperator(readings);
  const youngestMs = Math.min(...heads.map((head) => context.at - head.at));
  if (youngestMs <= context.policy.stalledMs) {
    return { id, state: 'moving', detail: `head ${seconds(youngestMs)} old` };
  }
  const others = heads.filter((head) => !head.isOwn);
  if (others.length >= 2) {
    const list = others.map(({ operator }) => operator).join(', ');
    return { id, state: 'stalled', detail: `the newest head of ${list} is ${seconds(youngestMs)} old` };
  }
  const troubles = readings.flatMap(({ operator, trouble }) =>
    trouble === null ? [] : [`${operator}: ${trouble.reason}, ${trouble.detail}`],
  );
  return {
    id,
    state: 'unknown',
    detail: troubles.join('; ').slice(0, 300) || 'no source shows it',
  };
}
