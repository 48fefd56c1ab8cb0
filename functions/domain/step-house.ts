// What one step takes in of what the house says of itself.
import type { Facts } from './facts.ts';
import type { Findings } from './gather.ts';
import { isOutage, type Subject, subjectKey } from './incident.ts';
import type { Observation } from './machine.ts';
import { clearedAt, type SiteState } from './memory.ts';
import { observeHouse } from './observe-house.ts';
import type { SiteRules } from './policy.ts';
import type { Progress } from './progress.ts';

export type Heard = Pick<Findings, 'pulse' | 'refused'>;

/** Takes in what the house says of itself; nothing when it could not be read. */
export function hearHouse(
  progress: Progress,
  { pulse, refused }: Heard,
  context: {
    readonly rules: SiteRules;
    readonly at: number;
    readonly state: SiteState;
    readonly facts: Pick<Facts, 'power' | 'heartbeats'>;
    readonly take: (subject: Subject, observation: Observation) => void;
  },
): void {
  if (pulse === null) return;
  const { rules, at, facts, state, take } = context;
  const site = progress.subjects.get(subjectKey({ kind: 'site', id: rules.id }));
  const observed = observeHouse(pulse, {
    rules,
    at,
    facts,
    refused,
    isSiteDown: site !== undefined,
    isDark: site !== undefined && isOutage(site.kind),
    clearedAt: (subject) => clearedAt(state, subject),
  });
  for (const { subject, observation } of observed) take(subject, observation);
}
