// What the conditions of the guard are made with: their words, and which sources count.
import type { Condition, ConditionId, GuardPolicy } from './condition.ts';
import type { HandoverFacts, SourceFacts } from './facts.ts';
import type { Standpoint } from './record.ts';

/** What must be so; of several of one kind `part` says which. */
export type Must = { readonly id: ConditionId; readonly part?: string; readonly must: string };

const made = (
  { id, part = '', must }: Must,
  rest: Pick<Condition, 'state' | 'why'> & Partial<Pick<Condition, 'notBefore' | 'isWaiting'>>,
): Condition => ({ id, part, must, notBefore: null, isWaiting: false, ...rest });

export const met = (must: Must, why: string): Condition => made(must, { state: 'met', why });
export const notMet = (must: Must, why: string): Condition => made(must, { state: 'not-met', why });
export const unknown = (must: Must, why: string): Condition => made(must, { state: 'unknown', why });
/** Time alone may meet it, from then on. */
export const wait = (must: Must, why: string, notBefore: number): Condition =>
  made(must, { state: 'not-met', why, notBefore, isWaiting: true });
/** Time alone may meet it, and nobody may go past it. */
export const notYet = (must: Must, why: string, notBefore: number): Condition =>
  made(must, { state: 'not-met', why, notBefore });
/** Evidence that is missing and may still come. */
export const late = (must: Must, why: string): Condition =>
  made(must, { state: 'unknown', why, isWaiting: true });

/** Facts with the rules that they are held against. */
export type Judging = { readonly facts: HandoverFacts; readonly policy: GuardPolicy };

/** A source whose word of this moment counts. */
export type Present = SourceFacts & { readonly now: Standpoint };

/** Why a source does not count at this moment; null when it does. */
export function whyAbsent(source: SourceFacts, { facts, policy }: Judging): string | null {
  const { now, nowTrouble } = source;
  if (now === null) return nowTrouble ?? 'it was not asked';
  const age = facts.at - now.askedAt;
  if (!(age <= policy.freshMs && age >= -policy.freshMs)) return 'it was asked too long ago';
  if (now.behind !== null) return now.behind;
  const { epochs } = facts;
  const headAge = now.askedAt - now.head.at;
  // A slot is over only when the next one begins.
  const most = epochs === null ? policy.headMs : (policy.headSlots + 1) * epochs.slotMs - 1;
  if (!(headAge <= most)) return `its head, ${now.head.number}, is ${Math.round(headAge / 1000)} s old`;
  return headAge < -policy.headMs ? `its head, ${now.head.number}, is in the future` : null;
}

export const isPresent = (source: SourceFacts, judging: Judging): source is Present =>
  source.now !== null && whyAbsent(source, judging) === null;

export const foreignOf = ({ sources }: HandoverFacts): readonly SourceFacts[] =>
  sources.filter(({ role }) => role === 'foreign');
export const targetOf = ({ sources }: HandoverFacts): SourceFacts | null => {
  const targets = sources.filter(({ role }) => role === 'target');
  return targets.length === 1 ? (targets[0] ?? null) : null;
};

export const operatorsOf = (sources: readonly SourceFacts[]): string[] => [
  ...new Set(sources.map(({ operator }) => operator)),
];

export const shortKey = (key: string | undefined): string =>
  key === undefined ? 'a key' : key.length <= 14 ? key : `${key.slice(0, 10)}…`;

/** When `begin` was written, if nobody holds the keys since; null otherwise. */
export function begunAt({ flag }: HandoverFacts): number | null {
  if (!flag.isReadable || flag.flag === null) return null;
  return flag.flag.holder.kind === 'none' ? flag.flag.since : null;
}
