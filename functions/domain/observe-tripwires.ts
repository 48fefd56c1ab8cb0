// The tripwires of a tick: whatever shows that keys are where they must not be. Each is a page that only a person ends.
import type { Findings } from './gather.ts';
import { observeHandovers } from './handover/observe-handover.ts';
import { observeUnheld } from './handover/observe-unheld.ts';
import type { Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import { observeZombies } from './observe-fences.ts';
import { observeVoters } from './observe-voters.ts';
import type { SiteRules } from './policy.ts';

import { observeSlashings } from './slashing.ts';

type Observed = { readonly subject: Subject; readonly observation: Observation };

type Given = {
  readonly rules: Pick<SiteRules, 'id' | 'signers' | 'targets'>;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** One subject of each kind for each signer. Fences by themselves are heard between two ticks as well; see `observeHouse`. */
export function observeTripwires(findings: Findings, { rules, clearedAt }: Given): Observed[] {
  const { at, flags, pulse, records, signing } = findings;
  const { signers } = rules;
  return [
    ...observeHandovers({ signers, flags, clearedAt }),
    ...observeUnheld({ signers, flags, ledger: signing.ledger, records, clearedAt }),
    ...observeSlashings({ signers, ledger: signing.ledger, clearedAt }),
    ...observeVoters(findings, rules),
    ...observeZombies(pulse, flags, { rules, at, clearedAt }),
  ];
}
