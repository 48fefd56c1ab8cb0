// What is written down with a flag when keys are taken: on what evidence, in short lines.
import type { Guard } from './condition.ts';
import type { HandoverFacts } from './facts.ts';
import { mostEvidence } from './flag.ts';

/** The fencing first, then the roots that silence rests on, then each condition; the flag keeps as many as it has room for. */
export function evidenceOf({ fencing, sources, protection }: HandoverFacts, guard: Guard): string[] {
  const said =
    fencing === null
      ? []
      : [`fenced: ${fencing.how}, says ${fencing.by}, since ${new Date(fencing.at).toISOString()}`];
  const roots = sources.flatMap(({ source, operator, shown }) => {
    if (shown === null) return [];
    const rest =
      shown.of === 'epochs'
        ? shown.epochs
            .slice(0, 3)
            .map(({ epoch, root }) => `epoch ${epoch} ${root}`)
            .join(', ')
        : `heights ${shown.run?.from ?? '?'} to ${shown.run?.through ?? '?'}`;
    return [`${source} (${operator}): ${rest}`];
  });
  const held =
    protection === null || protection.height === null
      ? []
      : [`state of the client: height ${protection.height}`];
  const conditions = guard.conditions.map(
    ({ id, part, state, why }) => `${id}${part === '' ? '' : ` ${part}`}: ${state}, ${why}`,
  );
  return [...said, ...roots, ...held, ...conditions].slice(0, mostEvidence);
}
