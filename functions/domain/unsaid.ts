// What it means that a tick says nothing of a subject that is remembered.
import { unsaidDrill } from './drill/observe-drill.ts';
import type { Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import type { SiteRules } from './policy.ts';
import type { Pulse } from './pulse.ts';
import { unsaidStandby } from './standby/observe-standby.ts';
import type { StandbyLook } from './standby/standby-look.ts';

/**
 * Of every target, the site and the watcher each tick says something: when it does not, they are not configured. An alert that is not sent any
 * more is over, unless there are too many to know.
 */
export function unsaid(
  { kind, id }: Subject,
  rules: SiteRules,
  { pulse, look }: { readonly pulse: Pulse | null; readonly look: StandbyLook },
): Observation {
  const isStillThere = (isConfigured: boolean): Observation => ({
    status: isConfigured ? 'unknown' : 'gone',
  });
  switch (kind) {
    case 'signer':
    case 'fence':
    case 'handover':
    case 'zombie':
    case 'break-glass':
    case 'signature':
    case 'voting-power':
    case 'slashing':
      return isStillThere(rules.signers.some((signer) => signer.id === id));
    case 'chain':
      return isStillThere(rules.signers.some((signer) => signer.chain === id));
    case 'source':
      return isStillThere(rules.heartbeats.some(({ source }) => source === id));
    case 'standby':
    case 'orphan':
      return unsaidStandby({ kind, id }, { rules, look });
    case 'drill':
      return unsaidDrill({ kind, id }, rules);
    case 'power':
    case 'address':
      return { status: 'unknown' };
    case 'alert':
      return { status: pulse === null || pulse.moreAlerts > 0 ? 'unknown' : 'good' };
    case 'channel':
    case 'ticks':
    case 'outbox':
    case 'target':
    case 'site':
    case 'self':
      return { status: 'gone' };
  }
}
