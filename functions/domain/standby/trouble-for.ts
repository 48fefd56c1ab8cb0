// For what trouble a standby of a signer is wanted now: the verdicts that may make one, and how long each has to last.
import { holdOf } from '../calm.ts';
import type { Facts } from '../facts.ts';
import { type Incident, type ProblemKind, subjectKey } from '../incident.ts';
import type { Judgement } from '../judge.ts';
import { lasting } from '../lasting.ts';
import type { SubjectState } from '../machine.ts';
import type { SiteRules } from '../policy.ts';
import type { Ledger } from '../signing.ts';
import { isBlind } from '../verdict.ts';
import type { StandbyLook } from './standby-look.ts';
import type { WantReason } from './want.ts';

/** All that is known of a site once a tick has been judged and its incidents are what they are now. */
export type WantContext = {
  /** Mutes count as maintenance. */
  readonly rules: SiteRules;
  readonly at: number;
  /** How long after the tick before this one came; null for the first. */
  readonly gapMs: number | null;
  readonly facts: Facts;
  readonly judgement: Judgement;
  readonly ledger: Ledger;
  readonly subjects: ReadonlyMap<string, SubjectState>;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly look: StandbyLook;
};

export type Trouble = {
  readonly reason: Exclude<WantReason, 'person'>;
  readonly incident: string;
  readonly since: number;
  readonly why: string;
};

export type Signer = SiteRules['signers'][number];

const outages: readonly ProblemKind[] = ['dark', 'vpn-down'];

/** The incident of a subject that is open, and that is of one of these kinds now. */
function openOf(
  key: string,
  kinds: readonly ProblemKind[],
  { subjects, incidents }: WantContext,
): Incident | null {
  const state = subjects.get(key);
  if (state?.phase !== 'open' || !kinds.includes(state.kind)) return null;
  return incidents.get(state.incident) ?? null;
}

/**
 * Since when an incident has been of these kinds. A house that lived on for hours behind a broken way in has not been dark for hours. The
 * timeline tells of each change of kind, and begins its text with it.
 */
function sinceOf({ since, timeline }: Incident, kinds: readonly ProblemKind[]): number {
  const changes = timeline.filter(({ event }) => event === 'opened' || event === 'changed');
  const isOther = ({ text }: { readonly text: string }): boolean =>
    !kinds.some((kind) => text.startsWith(`${kind}: `));
  const first = changes[changes.findLastIndex(isOther) + 1];
  return first === undefined || first.event === 'opened' ? since : first.at;
}

/** The last change of a signer's incident is the one that made it what it is: of some of its keys, or of all. */
function silentSince({ since, timeline }: Incident): number {
  const last = timeline.findLast(({ event }) => event === 'opened' || event === 'changed');
  return last === undefined || last.event === 'opened' ? since : last.at;
}

function outageFor(context: WantContext): Trouble | null {
  const { rules, at, judgement } = context;
  const { darkMs, vpnDownMs } = rules.policy.standby;
  const { verdict, certain } = judgement;
  if (verdict !== 'dark' && verdict !== 'vpn-down') return null;
  const incident = openOf(subjectKey({ kind: 'site', id: rules.id }), [verdict], context);
  const waitMs = verdict === 'dark' ? darkMs : vpnDownMs;
  if (incident === null || waitMs === null) return null;
  const since = sinceOf(incident, outages);
  if (!certain && at - since < waitMs) return null;
  const lasted = at - since < 60_000 ? '' : ` for ${lasting(at - since)}`;
  const dark = certain
    ? `the house is dark${lasted}; its UPS told of power going`
    : `the house is dark or cut off${lasted}`;
  const why = verdict === 'dark' ? dark : `the house is cut off${lasted}, and so is its VPN exit`;
  return { reason: verdict, incident: incident.id, since, why };
}

function silenceOf(signer: Signer, context: WantContext): Trouble | null {
  const { rules, at, judgement } = context;
  const waitMs = rules.policy.standby.notSigningMs;
  // Of a signer of which only some keys are silent the others sign.
  if (judgement.verdict !== 'not-signing' || judgement.signers[signer.id] !== 'silent') return null;
  const incident = openOf(subjectKey({ kind: 'signer', id: signer.id }), ['not-signing'], context);
  if (incident === null || waitMs === null) return null;
  const since = silentSince(incident);
  if (at - since < waitMs) return null;
  const why = `the chain has shown no signature of it for ${lasting(at - since)}`;
  return { reason: 'not-signing', incident: incident.id, since, why };
}

/** True while a standby of this signer may be made at all. */
export const isEligible = ({ chain }: Signer, { standby }: SiteRules): boolean =>
  standby?.chains.includes(chain) === true;

/** While somebody works on the house nothing new is wanted; what is wanted already stays, and ends as it would otherwise. */
const isUnderWork = ({ id }: Signer, { rules, at }: WantContext): boolean =>
  [rules.id, id].some((subject) => holdOf(rules, subject, 'critical', at) === 'maintenance');

/**
 * Why a standby of this signer is wanted by what is so now; null when it is not. Only three verdicts may want one; while we are blind none
 * does, whatever a UPS said before; and a signer that the chain does not expect to sign needs none.
 */
export function troubleFor(signer: Signer, context: WantContext): Trouble | null {
  const { rules, judgement } = context;
  if (!isEligible(signer, rules) || isBlind(judgement.signals)) return null;
  if (judgement.signers[signer.id] === 'inactive' || isUnderWork(signer, context)) return null;
  return outageFor(context) ?? silenceOf(signer, context);
}
