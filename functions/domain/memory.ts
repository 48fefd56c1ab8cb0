// What the watchdog remembers of a site from one tick to the next.
import type { Facts } from './facts.ts';
import type { Glance } from './glance.ts';
import type { SiteHistory } from './history/history.ts';
import { type Incident, type Subject, subjectKey } from './incident.ts';
import type { Judgement } from './judge.ts';
import type { SubjectState } from './machine.ts';
import type { MaintenanceWindow } from './policy.ts';
import type { Ledger } from './signing.ts';
import type { Wanted } from './standby/want.ts';

/** A maintenance window that somebody opened by hand; `id` is that of the event. */
export type Mute = MaintenanceWindow & { readonly id: string; readonly by: string };

/** What happened since the last weekly report. */
export type Week = {
  readonly from: number;
  readonly ticks: number;
  readonly worstLatenessMs: number;
  /** The longest time between two ticks. */
  readonly worstGapMs: number;
  readonly opened: number;
  readonly pages: number;
};

export const emptyWeek = (from: number): Week => ({
  from,
  ticks: 0,
  worstLatenessMs: 0,
  worstGapMs: 0,
  opened: 0,
  pages: 0,
});

export type SiteState = {
  readonly site: string;
  readonly createdAt: number;
  readonly tick: {
    /** The scheduled time of the last tick that was taken in; an earlier or equal one is a replay. */
    readonly scheduledAt: number;
    readonly at: number;
    readonly count: number;
  };
  /** The facts of the last tick and what they were judged to be. */
  readonly facts: Facts;
  readonly judgement: Judgement;
  readonly verdictSince: number;
  /** What the sources of the chains have shown of our signers so far. */
  readonly signing: Ledger;
  /** Those that are not over, in the order in which they came. */
  readonly mutes: readonly Mute[];
  readonly week: Week;
  /** By subject key, when a person last stated the cause of a doubt about safety: what was seen before that is answered. */
  readonly cleared: Readonly<Record<string, number>>;
  /** By signer, the standbys that are wanted, or are not any more and may still be there. */
  readonly wanted: Readonly<Record<string, Wanted>>;
  /** By subject key; a subject that is missing here is ok. */
  readonly subjects: Readonly<Record<string, SubjectState>>;
  /** When some message of this site is next due; null when all are settled. Saves a query in the steady state. */
  readonly nextDueAt: number | null;
  /** What was counted of today, and what is needed to go on from it. */
  readonly history: SiteHistory;
  readonly glance: Glance;
};

/** When a person last stated the cause of a doubt about safety of this subject; null when nobody did. */
export const clearedAt = ({ cleared }: Pick<SiteState, 'cleared'>, subject: Subject): number | null =>
  cleared[subjectKey(subject)] ?? null;

/** A site's document with its open incidents, keyed by id. */
export type Memory = {
  readonly state: SiteState;
  readonly incidents: Readonly<Record<string, Incident>>;
};

/** Ids of the incidents that a site's document says are open. */
export function openIncidentIds(state: SiteState): string[] {
  return Object.values(state.subjects).flatMap((subject) =>
    subject.phase === 'suspected' ? [] : [subject.incident],
  );
}
