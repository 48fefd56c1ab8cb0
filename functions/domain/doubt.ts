// A doubt about safety, as what a tick observes: critical, and told the first time that it is seen.
import type { Problem } from './incident.ts';
import type { Observation } from './machine.ts';

export const doubt = (kind: Problem['kind'], summary: string, evidence: readonly string[]): Observation => ({
  status: 'bad',
  problem: { kind, severity: 'critical', summary, evidence, confirmTicks: 1, confirmMs: 0 },
});
