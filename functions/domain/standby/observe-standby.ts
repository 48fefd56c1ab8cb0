// From what is seen of standbys to what it means: doubts about keys, trouble, nodes that run although no outage needs them, and orphans.
import { type Incident, type Subject, subjectKey } from '../incident.ts';
import { lasting } from '../lasting.ts';
import type { Observation, SubjectState } from '../machine.ts';
import type { Problem } from '../incident.ts';
import type { SiteRules } from '../policy.ts';
import { isNothingThere, seenOf, type StandbyLook } from './standby-look.ts';
import { rateWords, spentWords } from './spent.ts';
import type { Fleet, Orphan, Seen } from './standby.ts';
import type { Wanted } from './want.ts';
import type { Wantings } from './wish.ts';

type Observed = { readonly subject: Subject; readonly observation: Observation };

export type StandbyContext = {
  readonly rules: SiteRules;
  readonly at: number;
  readonly look: StandbyLook;
  readonly subjects: ReadonlyMap<string, SubjectState>;
  readonly incidents: ReadonlyMap<string, Incident>;
  /** When a person stated the cause of what is open about a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** What concerns all standbys; no signer can have that id. */
export const fleetSubject: Subject = { kind: 'standby', id: 'Fleet' };

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };

const bad = (wrong: Pick<Problem, 'kind' | 'severity' | 'summary' | 'evidence'>): Observation => ({
  status: 'bad',
  problem: { ...wrong, confirmTicks: 1, confirmMs: 0 },
});

/** The incident that tells how a standby comes along: that of the outage, while it is open; else its own. */
export function carrierOf(
  { incident, signer }: Pick<Wanted, 'incident' | 'signer'>,
  { incidents, subjects }: Pick<StandbyContext, 'incidents' | 'subjects'>,
): Incident | null {
  const isOpen = (id: string | null): boolean => id !== null && incidents.get(id)?.resolvedAt === null;
  const own = subjects.get(subjectKey({ kind: 'standby', id: signer }));
  const id = isOpen(incident)
    ? incident
    : own === undefined || own.phase === 'suspected'
      ? null
      : own.incident;
  return id !== null && isOpen(id) ? (incidents.get(id) ?? null) : null;
}

const whereIs = ({ node }: Seen): string[] =>
  node === null ? [] : [`node ${node.name} in ${node.zone}, ${node.status.toLowerCase()}`];

function doubtful(seen: Seen, since: number): Observation | null {
  const { doubt } = seen;
  if (doubt === null || doubt.since <= since) return null;
  return bad({
    kind: doubt.kind === 'keys-present' ? 'keys-on-standby' : 'standby-doubt',
    severity: 'critical',
    summary: doubt.text,
    evidence: [...whereIs(seen), 'it is neither used nor deleted by software from now on'],
  });
}

function failing({ trouble }: Seen, outage: Incident | null): Observation | null {
  if (trouble === null) return null;
  return bad({
    kind: 'standby-failing',
    severity: outage?.severity === 'critical' ? 'critical' : 'warning',
    summary: trouble.text,
    evidence: trouble.lines,
  });
}

function endWords(
  { reason, keep, expiresAt, release, signer }: Wanted,
  { node }: Seen,
  { rules, at }: StandbyContext,
): string {
  if (rules.standby === null) {
    const command = node === null ? '' : `: gcloud compute instances delete ${node.name} --zone ${node.zone}`;
    return `nothing deletes it while \`standbys\` is not configured; when you are sure that no keys are on it${command}`;
  }
  if (release !== null) return 'it is being released';
  if (keep !== null) return `${keep.by} keeps it; to end that: watchdog standby release ${signer} --why "…"`;
  const left = lasting(Math.max(0, expiresAt - at));
  const ends =
    reason === 'person'
      ? `it is released in ${left} at the latest`
      : `it is released once the house has been well for ${lasting(rules.policy.standby.releaseMs)}`;
  return `${ends}; to keep it: watchdog standby keep ${signer} --why "…"`;
}

/** A node that outlives its outage for so long is worth asking about. */
const oldMs = 24 * 3_600_000;

const isOld = ({ attempt }: Seen, at: number): boolean => {
  const since = attempt?.acceptedAt ?? null;
  return since !== null && at - since >= oldMs;
};

function running(wanted: Wanted, seen: Seen, context: StandbyContext): Observation {
  const rate = rateWords(seen);
  const spent = spentWords(seen, context.at);
  const money = spent === null ? 'nothing is known to have been paid for yet' : `${spent} so far`;
  return bad({
    kind: 'standby-running',
    severity: isOld(seen, context.at) ? 'warning' : 'info',
    summary:
      wanted.reason === 'person'
        ? `a node that only syncs is there for ${wanted.signer}, as ${wanted.by ?? 'somebody'} asked: ${wanted.why}`
        : `the outage is over, and its node for ${wanted.signer} is still there`,
    evidence: [
      rate === null ? money : `${money}, at ${rate}`,
      endWords(wanted, seen, context),
      ...whereIs(seen),
    ],
  });
}

/** `provision` looks each minute: whoever waits so long for its first word, or for the next, waits for something that does not run. */
const unheededMs = 5 * 60_000;
const silentMs = 10 * 60_000;

/** True when `provision` has not come to an end of its work for too long; false while that is not known, or it never did. */
function isSilent({ decidedAt, release }: Wanted, { look, at }: StandbyContext): boolean {
  const ranAt = look.fleet?.ranAt ?? null;
  if (ranAt === null) return false;
  const since = Math.max(ranAt, decidedAt, release?.at ?? decidedAt);
  return at - since >= silentMs;
}

function refusedToPerson({ signer, by }: Wanted, text: string): Observation {
  return bad({
    kind: 'standby-failing',
    severity: 'info',
    summary: `the standby of ${signer} that ${by ?? 'somebody'} asked for is not made: ${text}`,
    evidence: [],
  });
}

function unheeded({ decidedAt, signer }: Wanted, at: number, outage: Incident | null): Observation {
  return bad({
    kind: 'standby-failing',
    severity: outage?.severity === 'critical' ? 'critical' : 'warning',
    summary: `a standby of ${signer} is wanted, and nobody acts on it: does the function provision run?`,
    evidence: [`wanted for ${lasting(at - decidedAt)}, and nothing comes of it`],
  });
}

function observeOne(wanted: Wanted, context: StandbyContext): Observation {
  const seen = seenOf(context.look, wanted);
  if (seen === undefined) return unknown;
  const subject: Subject = { kind: 'standby', id: wanted.signer };
  const { incidents } = context;
  const carrier = wanted.incident === null ? undefined : incidents.get(wanted.incident);
  const outage = carrier?.resolvedAt === null ? carrier : null;
  const isWaiting = seen === null && wanted.release === null && wanted.holds;
  if (isWaiting && context.at - wanted.decidedAt >= unheededMs) return unheeded(wanted, context.at, outage);
  const isAsked = wanted.reason === 'person' && wanted.release === null && outage === null;
  if (isAsked && seen?.phase === 'waiting' && seen.refusal !== null) {
    return refusedToPerson(wanted, seen.refusal.text);
  }
  if (seen === null || isNothingThere(seen)) {
    const spent = seen === null ? null : spentWords(seen, context.at);
    return { status: 'gone', ending: spent === null ? 'no node is there' : `the node is deleted; ${spent}` };
  }
  const wrong =
    doubtful(seen, context.clearedAt(subject) ?? Number.NEGATIVE_INFINITY) ?? failing(seen, outage);
  if (wrong !== null) return wrong;
  if (isSilent(wanted, context)) return unheeded(wanted, context.at, outage);
  if (outage === null) return running(wanted, seen, context);
  // The outage tells of it now, and what was open of it as a node that merely runs will go on when that is over.
  return context.subjects.get(subjectKey(subject))?.kind === 'standby-running' ? unknown : good;
}

function orphaned(name: string, all: readonly Orphan[]): Observation {
  const parts = all.filter((each) => each.name === name);
  const what = parts.some(({ kind }) => kind === 'instance') ? 'machine' : 'disk';
  return bad({
    kind: 'standby-orphan',
    severity: 'warning',
    summary: `a ${what} of ours is in the cloud that nobody wants, and it costs money`,
    evidence: parts.map(({ kind, zone, text }) => `${kind} in ${zone}: ${text}`),
  });
}

/** What Compute or a store may have for a moment. */
const passingMs = 5 * 60_000;

function observeFleet({ orphans, trouble }: Fleet, at: number): Observed[] {
  const names = [...new Set(orphans.map(({ name }) => name))];
  return [
    {
      subject: fleetSubject,
      observation:
        trouble === null || (trouble.kind === 'unknown-error' && at - trouble.since < passingMs)
          ? good
          : bad({
              kind: 'standby-failing',
              severity: 'warning',
              summary: trouble.text,
              evidence: trouble.lines,
            }),
    },
    ...names.map((id) => ({ subject: { kind: 'orphan' as const, id }, observation: orphaned(id, orphans) })),
  ];
}

/** Of every standby that is remembered; what concerns all of them only one site tells, and only when it has looked. */
export function observeStandbys(wanted: Wantings, context: StandbyContext): Observed[] {
  const { rules, look } = context;
  const tellsOfAll = rules.reportsSelf && rules.standby !== null;
  return [
    ...Object.values(wanted).map((each) => ({
      subject: { kind: 'standby' as const, id: each.signer },
      observation: observeOne(each, context),
    })),
    ...(tellsOfAll && look.fleet !== null ? observeFleet(look.fleet, context.at) : []),
  ];
}

/** What it means that nothing was said of a standby or an orphan that is remembered: each that is wanted is looked at. */
export function unsaidStandby(
  { kind, id }: Subject,
  { rules, look }: Pick<StandbyContext, 'rules' | 'look'>,
): Observation {
  const isOfAll = kind === 'orphan' || id === fleetSubject.id;
  if (!isOfAll) return { status: 'gone', ending: 'no node is there any more' };
  if (rules.standby === null || !rules.reportsSelf) return { status: 'gone' };
  return look.fleet === null
    ? unknown
    : { status: 'gone', ending: 'it is not there any more, or it is wanted again' };
}
