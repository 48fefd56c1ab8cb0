// What is remembered of a drill that has ended. Written down twice it is the same.
import { costSoFar } from '../standby/cost.ts';
import type { Fleet, Seen } from '../standby/standby.ts';
import type { Drilled, DrillOutcome, DrillRecord, DrillRun, DrillWish } from './drill.ts';
import { noMarks } from './drill.ts';

/** Null while its node is not proven gone. */
export function recordOf(run: DrillRun): DrillRecord | null {
  const { wish, marks, verdict, usedGib, seen } = run;
  if (verdict === null || marks.gone === null) return null;
  return {
    id: wish.id,
    mode: wish.mode,
    by: wish.by,
    at: wish.at,
    endedAt: marks.gone,
    outcome: verdict.outcome,
    text: verdict.text,
    marks,
    usedGib,
    cost: costSoFar(seen, marks.gone),
    isWarm: (seen.attempt?.snapshot ?? null) !== null,
  };
}

/** Of one that was over before it began. */
export const recordOfNone = (
  { id, mode, by, at }: DrillWish,
  end: { readonly outcome: DrillOutcome; readonly text: string; readonly at: number },
): DrillRecord => ({
  id,
  mode,
  by,
  at,
  endedAt: end.at,
  outcome: end.outcome,
  text: end.text,
  marks: noMarks,
  usedGib: null,
  cost: 0,
  isWarm: false,
});

/** When the node of a drill was last gone that had given way, epoch ms; null when none had one. */
export function gaveRoomAt({ drills }: Fleet): number | null {
  const gone = Object.values(drills).flatMap(({ last }) =>
    last.outcome === 'gave-way' ? (last.marks.gone ?? []) : [],
  );
  return gone.length === 0 ? null : Math.max(...gone);
}

/** With a drill that has ended; one that is remembered already changes nothing. */
export function remembered(before: Drilled | undefined, last: DrillRecord): Drilled {
  if (before?.last.id === last.id) return before;
  const isTold = last.outcome !== 'gave-way';
  return {
    last,
    told: isTold ? last : (before?.told ?? null),
    synced: last.marks.synced === null ? (before?.synced ?? null) : last,
  };
}

/** With what is doubtful about the node of a drill; the same doubt changes nothing. */
export function withDoubt(fleet: Fleet, signer: string, { doubt }: Pick<Seen, 'doubt'>): Fleet {
  const known = fleet.doubts[signer];
  if (doubt === null || (known?.kind === doubt.kind && known.since === doubt.since)) return fleet;
  return { ...fleet, doubts: { ...fleet.doubts, [signer]: doubt } };
}

export const withDrill = (fleet: Fleet, signer: string, record: DrillRecord): Fleet => ({
  ...fleet,
  drills: { ...fleet.drills, [signer]: remembered(fleet.drills[signer], record) },
});
