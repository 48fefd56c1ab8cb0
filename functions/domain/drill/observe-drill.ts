// From how drills went to what it means: a failover that does not work, or that nobody has tried for too long, is told of.
import type { Subject } from '../incident.ts';
import { lasting } from '../lasting.ts';
import type { Observation } from '../machine.ts';
import type { SiteRules } from '../policy.ts';
import type { Doubt, Fleet } from '../standby/standby.ts';
import type { StandbyLook } from '../standby/standby-look.ts';
import type { Drilled, DrillRecord } from './drill.ts';
import { phaseWords, stageWords } from './phases.ts';

type Context = {
  readonly rules: SiteRules;
  readonly at: number;
  readonly look: StandbyLook;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** Two that should have been are missing by then, and the third is due. */
export const tooOldMs = 21 * 24 * 3_600_000;

const bad = (summary: string, evidence: readonly string[]): Observation => ({
  status: 'bad',
  problem: {
    kind: 'drill-failed',
    severity: 'warning',
    summary,
    evidence,
    confirmTicks: 1,
    confirmMs: 0,
  },
});

const again = (signer: string): string => `watchdog drill ${signer} --why "…"`;

function failed(signer: string, { text, marks, mode, endedAt }: DrillRecord, at: number): Observation {
  const far = phaseWords(marks);
  const summary =
    marks.synced === null
      ? `the failover of ${signer} does not work: ${text}`
      : `the failover of ${signer} works, and its drill has failed all the same: ${text}`;
  return bad(summary, [
    `it ended ${stageWords(marks)}${far === null ? '' : ` (${far})`}`,
    `put that right, then try it again: ${again(signer)}`,
    `that was a drill of mode ${mode}, ${lasting(at - endedAt)} ago`,
  ]);
}

function untried(signer: string, { last, told }: Drilled, at: number): Observation {
  const since = told === null ? '' : ` for ${lasting(at - told.endedAt)}`;
  return bad(`nobody knows whether the failover of ${signer} works: it has not been tried${since}`, [
    last.outcome === 'gave-way' ? `the last drill gave way: ${last.text}` : 'no drill was asked for since',
    `try it: ${again(signer)}`,
  ]);
}

/** Keys on the node of a drill are as wrong as on any other. */
function doubtful(signer: string, { kind, text }: Doubt): Observation {
  return {
    status: 'bad',
    problem: {
      kind: kind === 'keys-present' ? 'keys-on-standby' : 'standby-doubt',
      severity: 'critical',
      summary: `the node of a drill of ${signer}: ${text}`,
      evidence: ['it is neither used nor deleted by software from now on'],
      confirmTicks: 1,
      confirmMs: 0,
    },
  };
}

function observeOne(
  subject: Subject,
  { drills, doubts }: Fleet,
  { rules, at, clearedAt }: Context,
): Observation {
  const signer = subject.id;
  const [drilled, doubt] = [drills[signer], doubts[signer]];
  if (doubt !== undefined && doubt.since > (clearedAt(subject) ?? Number.NEGATIVE_INFINITY)) {
    return doubtful(signer, doubt);
  }
  const told = drilled?.told ?? null;
  if (drilled === undefined || told === null) return { status: doubt === undefined ? 'unknown' : 'good' };
  if (told.outcome === 'failed') return failed(signer, told, at);
  const isWeekly = rules.drills !== null && rules.drills.mode !== 'off';
  if (isWeekly && at - told.endedAt > tooOldMs) return untried(signer, drilled, at);
  const how = phaseWords(told.marks);
  // One that passed ends it at once: it was looked at for as long as it took.
  return { status: 'gone', ending: `a drill has passed${how === null ? '' : `: ${how}`}` };
}

/** Of every signer that this site tells of; nothing when it was not looked at. */
export function observeDrills(
  context: Context,
): { readonly subject: Subject; readonly observation: Observation }[] {
  const { rules, look } = context;
  const { fleet } = look;
  if (fleet === null || rules.drills === null) return [];
  return rules.drills.tells.map((id) => {
    const subject: Subject = { kind: 'drill', id };
    return { subject, observation: observeOne(subject, fleet, context) };
  });
}

/** What it means that nothing was said of the drills of a signer that is remembered: mostly that nobody has looked. */
export function unsaidDrill({ id }: Subject, { drills }: Pick<SiteRules, 'drills'>): Observation {
  return drills !== null && drills.tells.includes(id)
    ? { status: 'unknown' }
    : { status: 'gone', ending: 'no drill of it is configured any more' };
}
