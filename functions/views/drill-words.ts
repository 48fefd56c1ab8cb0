// What is said of a drill in words: how it comes along, how it went, and what its snapshots would cost.
import { monthlyCost } from '../domain/drill/snapshots.ts';
import type { DrillRecord } from '../domain/drill/drill.ts';
import { phasesSoFar, phaseWords, stageWords } from '../domain/drill/phases.ts';
import { money } from '../domain/standby/spent.ts';
import type { DrillRunStatus, DrillsAnswer } from './drills-answer.ts';
import { duration, localTime } from './time.ts';

/** What it is at now, as short as a column wants it. */
export function stageOf({ marks, verdict, isSaving, phase }: DrillRunStatus): string {
  if (verdict !== null) return 'ending';
  if (isSaving || marks.wiped !== null) return 'saving';
  if (marks.synced !== null) return 'synced';
  if (marks.syncing !== null) return 'syncing';
  if (marks.reported !== null) return 'starting';
  if (marks.running !== null) return 'booting';
  return phase === 'waiting' ? 'waiting' : 'creating';
}

/** How far it is and since when, in one line. */
export function runWords(run: DrillRunStatus, at: number, timezone: string): string {
  const { marks, verdict, zone, instance, percent, etaMs, reportAt, isWarm } = run;
  const stage = stageOf(run);
  const eta = stage !== 'syncing' || etaMs === null || reportAt === null ? null : reportAt + etaMs;
  const what =
    verdict === null
      ? `${stage}${stage === 'syncing' && percent !== null ? ` ${Math.floor(percent)} %` : ''}`
      : `${verdict.outcome}, and its node is being deleted`;
  const far = verdict === null ? phasesSoFar(marks) : null;
  return [
    [what, ...(zone === null ? [] : [`in ${zone}`]), ...(instance === null ? [] : [`as ${instance}`])].join(
      ' ',
    ),
    ...(isWarm ? ['begun from a snapshot'] : []),
    ...(eta === null
      ? []
      : [`synced in about ${duration(Math.max(0, eta - at))}, at ${localTime(eta, timezone)}`]),
    ...(far === null ? [] : [far]),
  ].join('; ');
}

/** E.g. `passed: created in 41 s, booted in 35 s; in all 1 min`. */
export function recordWords({ outcome, text, marks, isWarm }: DrillRecord): string {
  const far = phaseWords(marks);
  const begun = isWarm ? ', begun from a snapshot' : '';
  if (outcome === 'passed') return `passed${begun}${far === null ? '' : `: ${far}`}`;
  const word = outcome === 'failed' ? `failed ${stageWords(marks)}` : 'gave way';
  return `${word}${begun}: ${text}${far === null ? '' : ` (${far})`}`;
}

/** What snapshots of a chain would cost in a month. */
export type SnapshotCost = {
  /** What a snapshot was charged for, or what is in use on the disk. */
  readonly gib: number;
  readonly of: 'snapshot' | 'used' | 'disk';
  readonly keep: number;
  /** In the long run, and while the one before is not deleted yet. */
  readonly usual: number;
  readonly most: number;
};

function sizeOf(
  signer: string,
  { drills, snapshots, rules }: DrillsAnswer,
): Pick<SnapshotCost, 'gib' | 'of'> | null {
  const drill = drills.find((each) => each.signer === signer);
  const chain = drill?.chain ?? null;
  if (drill === undefined || chain === null || rules === null) return null;
  // `provision` goes by what is in use, which is never less than what Compute charges for.
  const used = drill.synced?.usedGib ?? null;
  if (used !== null) return { gib: used, of: 'used' };
  const saved = snapshots.findLast((each) => each.chain === chain && each.gib !== null)?.gib ?? null;
  if (saved !== null) return { gib: saved, of: 'snapshot' };
  const disk = rules.diskGib[chain];
  return disk === undefined ? null : { gib: disk, of: 'disk' };
}

/** Null for a signer that can have no node. `of: 'disk'`: no real size is known, and it cannot be more than that. */
export function snapshotCost(signer: string, answer: DrillsAnswer): SnapshotCost | null {
  const size = sizeOf(signer, answer);
  const { rules } = answer;
  if (size === null || rules === null) return null;
  const keep = rules.snapshots?.keep ?? 1;
  const costOf = (count: number): number => monthlyCost(size.gib, count, rules);
  return { ...size, keep, usual: costOf(keep), most: costOf(keep + 1) };
}

/** The lines of the configuration by which somebody accepts that. */
export const acceptanceLines = ({ keep, most }: SnapshotCost, by: string): string[] => [
  'standbys:',
  '  drill:',
  '    mode: sync',
  '    snapshots:',
  `      keep: ${keep}`,
  `      monthlyCost: ${Math.ceil(most)}`,
  `      acceptedBy: ${JSON.stringify(by)}`,
];

/** E.g. `1.43 USD`; null while it is not known. */
export const drillCost = (amount: number | null, { rules }: DrillsAnswer): string | null =>
  amount === null ? null : money(amount, rules?.currency ?? null);
