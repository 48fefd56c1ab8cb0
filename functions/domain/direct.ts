// Messages past the store: what is said of a house, and of the store itself, while nothing can be remembered. Pure.
import type { Facts } from './facts.ts';
import { stampOf } from './incident.ts';
import type { Judgement } from './judge.ts';
import { loneRows } from './lone-message.ts';
import { observe } from './observe.ts';
import type { OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';

/** All that may be said so: that a house is dark or cut off, and that the store fails. */
export const directProblems = ['dark', 'vpn-down', 'store-failing'] as const;
export type DirectProblem = (typeof directProblems)[number];

/** What is to be said to every channel of a site. */
export type Direct = {
  readonly site: string;
  readonly problem: DirectProblem;
  readonly at: number;
  readonly summary: string;
  readonly evidence: readonly string[];
};

/** What one running instance knows of a site without a store. */
export type InstanceMemory = {
  /** Ticks in a row that could not be taken in. */
  readonly failures: number;
  readonly toldAt: Readonly<Partial<Record<DirectProblem, number>>>;
};

export const freshInstance: InstanceMemory = { failures: 0, toldAt: {} };

/** The same is said again after this long at the earliest. */
const directEveryMs = 15 * 60_000;
const failuresUntilTold = 3;

const mostLines = 6;
const longestLine = 300;

const shortened = (lines: readonly string[]): string[] =>
  lines.slice(0, mostLines).map((line) => line.slice(0, longestLine));

/** What the site's tick came to although it was not taken in. */
export type Untaken = {
  readonly at: number;
  readonly facts: Facts;
  readonly judgement: Judgement;
  /** What the store did, in a few words without secrets. */
  readonly error: string;
  /** The whole store fails, and not only a document of this site: that is told by one site only. */
  readonly isWholeStore: boolean;
};

function outage({ facts, judgement, at }: Untaken, rules: SiteRules): Direct[] {
  return observe(facts, judgement, rules).flatMap(({ subject, observation }) => {
    if (subject.kind !== 'site' || observation.status !== 'bad') return [];
    const { kind, summary, evidence } = observation.problem;
    const problem = directProblems.find((each) => each === kind);
    return problem === undefined
      ? []
      : [{ site: rules.id, problem, at, summary, evidence: shortened(evidence) }];
  });
}

function storeFailing({ at, error, isWholeStore }: Untaken, rules: SiteRules, failures: number): Direct[] {
  if (failures < failuresUntilTold || (isWholeStore && !rules.reportsSelf)) return [];
  const summary = `the store fails: ${failures} looks in a row could not be taken in`;
  return [{ site: rules.id, problem: 'store-failing', at, summary, evidence: shortened([error]) }];
}

/** What is to be said now, and what the instance knows after this tick; `told` adds what was really handed over. */
export function decideDirect(
  before: InstanceMemory,
  untaken: Untaken,
  rules: SiteRules,
): { readonly due: readonly Direct[]; readonly next: InstanceMemory } {
  const failures = before.failures + 1;
  const wanted = [...outage(untaken, rules), ...storeFailing(untaken, rules, failures)];
  const due = wanted.filter(({ problem, at }) => {
    const last = before.toldAt[problem];
    // A clock that was set back must not silence anything.
    return last === undefined || at - last >= directEveryMs || at < last;
  });
  return { due, next: { ...before, failures } };
}

export const told = (before: InstanceMemory, { problem, at }: Direct): InstanceMemory => ({
  ...before,
  toldAt: { ...before.toldAt, [problem]: at },
});

/** The tick was taken in: what was told stays known, so that a store that comes and goes does not make it be told each time. */
export const takenIn = (before: InstanceMemory): InstanceMemory => ({ ...before, failures: 0 });

/** The messages, one for each channel of the site; they are in no outbox. Of one quarter of an hour all instances make the same ids. */
export function directRows({ problem, at, summary, evidence }: Direct, rules: SiteRules): OutboxRow[] {
  const thread = `${rules.id}.direct.${problem}`;
  const kind = problem === 'store-failing' ? 'self' : 'site';
  return loneRows(rules, {
    id: `${thread}.${stampOf(Math.floor(at / directEveryMs) * directEveryMs)}`,
    kind: 'direct',
    severity: 'critical',
    at,
    thread,
    isThreadOver: false,
    item: { subject: { kind, id: rules.id }, problem, summary, evidence, since: at, doing: [] },
  });
}
