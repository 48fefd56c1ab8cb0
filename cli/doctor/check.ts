// What `doctor` finds: one sentence for each thing it looked at, good, broken with what to do, or not known, which is never good.
import type { Outputs } from '../deploy/outputs.ts';
import type { Failure, Google } from '../google/google.ts';

export const groups = [
  'project',
  'functions',
  'scheduler',
  'data',
  'people',
  'monitoring',
  'standbys',
  'probe',
] as const;
export type Group = (typeof groups)[number];

/** What to do about whatever Terraform would mend. */
export const apply = 'run terraform apply';

export type Check = {
  readonly group: Group;
  /** What was looked at: `watch`, `database keys`. */
  readonly name: string;
  readonly state: 'ok' | 'broken' | 'unknown';
  readonly says: string;
  /** Null when there is nothing to do. */
  readonly todo: string | null;
};

/** What each part looks with. `at` is read once, and is the time of everything. */
export type DoctorWorld = {
  readonly google: Google;
  readonly outputs: Outputs;
  /** What was prepared; null when the folder has no deployment file. */
  readonly prepared: {
    readonly sites: readonly string[];
    readonly secrets: readonly string[];
    readonly functions: readonly string[];
    /** Of the bundle. */
    readonly sha256: string;
    /** Nodes that there may be at the same time; null without standbys. */
    readonly maxStandbys: number | null;
  } | null;
  /** Why it is null. */
  readonly unprepared: string | null;
  readonly at: number;
};

/** Checks of one thing. */
export type Looked = {
  readonly ok: (says: string) => Check;
  readonly broken: (says: string, todo: string) => Check;
  readonly unknown: (says: string, todo?: string) => Check;
  /** An answer that did not come: what is not there or not enabled is broken, the rest is not known. */
  readonly unread: (failure: Failure, todo?: string) => Check;
};

export function look(group: Group, name: string): Looked {
  const check = (state: Check['state'], says: string, todo: string | null): Check => ({
    group,
    name,
    state,
    says,
    todo,
  });
  return {
    ok: (says) => check('ok', says, null),
    broken: (says, todo) => check('broken', says, todo),
    unknown: (says, todo) => check('unknown', says, todo ?? null),
    unread: ({ kind, message }, todo = apply) =>
      kind === 'missing' || kind === 'disabled'
        ? check('broken', message, kind === 'missing' ? todo : null)
        : check('unknown', message, null),
  };
}

/** Google's clocks agree; a little is between them and this one. */
const mostAheadMs = 60_000;

/** Of a moment that has not come yet nobody can say how long ago it was. */
export const isAhead = (age: number): boolean => age < -mostAheadMs;
export const aheadWords = [
  'lies in the future: the clock of this machine is wrong',
  'set it, and run this again',
] as const;

/** The problems, or the one sentence when there is none. */
export const allOr = (problems: readonly Check[], good: Check): readonly Check[] =>
  problems.length === 0 ? [good] : problems;
