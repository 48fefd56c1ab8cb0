// How a drill comes along: what was reached and when, and what it comes to. Pure; the same look twice comes to the same.
import { lasting } from '../lasting.ts';
import { ownCodes } from '../standby/code.ts';
import type { StandbyRules } from '../standby/rules.ts';
import type { NodeReport, Seen } from '../standby/standby.ts';
import type { Wanted } from '../standby/want.ts';
import { type DrillOutcome, type DrillRun, type DrillWish, type Marks, noMarks } from './drill.ts';

/** A node whose agent reports, and whose clients are still being fetched or restored, has booted. */
const bootedMs = 10 * 60_000;
/** So long an agent's word says how its node is now. */
const wordMs = 3 * 60_000;
/** What fails for so long does not mend itself. */
const failingMs = 15 * 60_000;
/** So long a drill to boot may take, whatever it waits for. */
const bootMs = 2 * 60 * 60_000;
/** No zone has room, or Compute says nothing, for so long. */
const refusedMs = 60 * 60_000;
const wipeMs = 60 * 60_000;
const saveMs = 12 * 3_600_000;

export type CourseContext = {
  readonly at: number;
  readonly rules: StandbyRules;
  /** Whose standby is wanted or there, and needs the room; null when nobody's does. */
  readonly roomFor: string | null;
  /** Why its disk is not kept, when that was wanted; null when it is kept, or nobody wants that. */
  readonly notKept: string | null;
};

/** As the machinery of standbys wants to know it: nothing but the end of the drill releases its node. */
export function wantedOf({ wish, verdict }: Pick<DrillRun, 'wish' | 'verdict'>, rules: StandbyRules): Wanted {
  const { id, signer, site, chain, by, why, at } = wish;
  return {
    id,
    signer,
    site,
    chain,
    reason: 'person',
    incident: null,
    why,
    by: by ?? 'the weekly drill',
    since: at,
    decidedAt: at,
    witness: null,
    lifeAt: null,
    holds: true,
    // A wish may wait for a day before it is begun; what is not over by then has failed long ago.
    expiresAt: at + rules.drill.syncWithinMs + saveMs + 48 * 3_600_000,
    keep: null,
    stableSince: null,
    release: verdict === null ? null : { at: verdict.at, reason: 'person', by: null },
  };
}

const isUp = ({ state }: NodeReport): boolean =>
  state === 'syncing' || state === 'synced' || state === 'wiped';
const isThrough = ({ state }: NodeReport): boolean => state === 'synced' || state === 'wiped';

/** By the agent's own clock where that can be: a look comes up to a minute later. */
function saidAt({ at: said }: NodeReport, after: number | null, at: number): number {
  return Math.min(at, Math.max(said, after ?? said));
}

function marked({ marks, verdict }: DrillRun, seen: Seen, at: number): Marks {
  const { report, node, attempt, phase } = seen;
  const begun = marks.begun ?? attempt?.at ?? null;
  const running = marks.running ?? (node?.status === 'RUNNING' ? at : null);
  const heard = report === null ? null : saidAt(report, begun, at);
  const reported = marks.reported ?? heard;
  const syncing = marks.syncing ?? (report !== null && isUp(report) ? heard : null);
  const synced = marks.synced ?? (report !== null && isThrough(report) ? heard : null);
  const isWiped = report?.state === 'wiped' && report.keys === 'absent';
  return {
    begun,
    // Between two looks it may have come up and spoken.
    running: running !== null && reported !== null ? Math.min(running, reported) : running,
    reported,
    syncing,
    synced,
    wiped: marks.wiped ?? (isWiped ? heard : null),
    saved: marks.saved,
    gone: marks.gone ?? (verdict !== null && phase === 'gone' ? at : null),
  };
}

type Found = { readonly outcome: DrillOutcome; readonly text: string };

const failed = (text: string): Found => ({ outcome: 'failed', text });
const gaveWay = (text: string): Found => ({ outcome: 'gave-way', text });

/** What speaks against its node, whatever it is tried for. */
function fault(run: DrillRun, seen: Seen, at: number): Found | null {
  const { trouble, doubt, refusal, tried, report } = seen;
  if (doubt !== null) return failed(doubt.text);
  if (trouble !== null) return failed(trouble.text);
  if (tried.some(({ code }) => code === ownCodes.vanished)) {
    return failed('its node went away before it was over');
  }
  if (run.failingSince !== null && at - run.failingSince >= failingMs) {
    return failed(report?.text ?? 'its agent says that something fails, and not what');
  }
  if (refusal === null) return null;
  const isLong = at - refusal.since >= refusedMs;
  switch (refusal.reason) {
    case 'no-capacity':
      return isLong ? failed(`no zone has had room for ${lasting(refusedMs)}`) : null;
    case 'compute-silent':
      return isLong ? failed(refusal.text) : null;
    case 'keys-unreadable':
    case 'mass-outage':
    case 'witness-silent':
    case 'witness-disputes':
    case 'signs':
      return null;
    case 'dry-run':
    case 'too-many':
    case 'over-cap':
    case 'held-elsewhere':
      return gaveWay(refusal.text);
  }
}

/** So far as it can be told from here; null while it goes on. */
function boots({ marks }: DrillRun, { report, phaseSince }: Seen, at: number): Found | null {
  const { syncing, reported } = marks;
  if (syncing !== null) return { outcome: 'passed', text: 'the node booted, and both clients answer' };
  const since = marks.begun ?? phaseSince;
  if (at - since >= bootMs) return failed(`it has not booted within ${lasting(bootMs)}`);
  if (reported === null || report?.state !== 'starting') return null;
  return at - reported >= bootedMs && at - report.at <= wordMs
    ? { outcome: 'passed', text: 'the node booted and reports; its clients were still starting' }
    : null;
}

function syncs({ marks, wish, saving }: DrillRun, seen: Seen, context: CourseContext): Found | null {
  const { at, rules, notKept } = context;
  const { synced, wiped, saved } = marks;
  if (synced === null) {
    const since = marks.begun ?? wish.at;
    return at - since < rules.drill.syncWithinMs
      ? null
      : failed(`it was not synced within ${lasting(rules.drill.syncWithinMs)}`);
  }
  if (rules.drill.snapshots === null) return { outcome: 'passed', text: 'the node was synced' };
  if (notKept !== null)
    return { outcome: 'passed', text: `the node was synced; its disk is not kept: ${notKept}` };
  if (saved !== null) return { outcome: 'passed', text: 'the node was synced, and its disk is kept' };
  if (wiped === null) {
    const rest = seen.report?.text ?? 'it says nothing of it';
    return at - synced < wipeMs
      ? null
      : failed(`it was synced, and did not wipe itself for ${lasting(wipeMs)}: ${rest}`);
  }
  const since = saving?.at ?? wiped;
  return at - since < saveMs
    ? null
    : failed(`the snapshot of its disk was not there after ${lasting(saveMs)}`);
}

function found(run: DrillRun, seen: Seen, context: CourseContext): Found | null {
  const { at, roomFor } = context;
  if (seen.phase === 'releasing' || seen.phase === 'gone') {
    return gaveWay('its signer, or a template for drills, is not configured any more');
  }
  if (roomFor !== null) return gaveWay(`the standby of ${roomFor} comes first`);
  return (
    fault(run, seen, at) ?? (run.wish.mode === 'boot' ? boots(run, seen, at) : syncs(run, seen, context))
  );
}

/** What a look at its node makes of a drill. A verdict stays. */
export function course(before: DrillRun, seen: Seen, context: CourseContext): DrillRun {
  const { at } = context;
  const { report } = seen;
  const failingSince = report?.state === 'failing' ? (before.failingSince ?? at) : null;
  const run: DrillRun = {
    ...before,
    seen,
    marks: marked(before, seen, at),
    failingSince: seen.report === null ? before.failingSince : failingSince,
    usedGib: report?.usedGib ?? before.usedGib,
  };
  if (run.verdict !== null) return run;
  const end = found(run, seen, context);
  return end === null ? run : { ...run, verdict: { ...end, text: end.text.slice(0, 300), at } };
}

export const runOf = (wish: DrillWish, seen: Seen): DrillRun => ({
  wish,
  marks: noMarks,
  verdict: null,
  saving: null,
  failingSince: null,
  usedGib: null,
  seen,
});
