// A handover in words for a person at night: who holds the keys, what is still missing, and what to do next.
import type { Condition, Guard } from '../domain/handover/condition.ts';
import type { Direction, HandoverFacts } from '../domain/handover/facts.ts';
import { type FlagRead, holderText, type KeyFlag } from '../domain/standby/key-flag.ts';
import { clockTime, localTime } from './time.ts';

export type Reader = { readonly at: number; readonly timezone: string };

export type HandoverRow = {
  readonly state: Condition['state'];
  readonly isWaiting: boolean;
  readonly must: string;
  readonly why: string;
  /** `not before 02:41:12` or nothing. */
  readonly when: string;
};

/** In every output: a wiped disk without a tested backup is the end of a validator. */
export function backupLine(flag: KeyFlag | null, { timezone }: Reader): string {
  const { backup } = flag ?? { backup: null };
  if (backup === null) return 'backup of the keys off the site: nobody has said whether there is one';
  const who = `${backup.by}, ${clockTime(backup.at, timezone).slice(0, 10)}`;
  return backup.isTested
    ? `backup of the keys off the site: tested (${who})`
    : `backup of the keys off the site: NONE THAT WAS TESTED (${who}); wipe nothing`;
}

/** Who holds the keys, since when, and by whom that was written. */
export function holderLine(signer: string, read: FlagRead, { timezone }: Reader): string {
  if (!read.isReadable) return `it is NOT KNOWN who holds the keys of ${signer}: ${read.why}`;
  const { flag } = read;
  if (flag === null) return `nothing is written of ${signer} yet: run watchdog handover init ${signer}`;
  const { holder, generation, since, by, reason, minHeight } = flag;
  const who = holder.kind === 'none' ? 'NOBODY holds' : `${holderText(holder)} holds`;
  const height = minHeight === null ? '' : `, not below height ${minHeight}`;
  return `${who} the keys of ${signer} since ${localTime(since, timezone)}, generation ${generation}${height}; written by ${by}: ${reason}`;
}

export const handoverRows = ({ conditions }: Guard, { timezone }: Reader): HandoverRow[] =>
  conditions.map(({ state, isWaiting, must, why, notBefore }) => ({
    state,
    isWaiting,
    must,
    why,
    when: notBefore === null ? '' : `not before ${clockTime(notBefore, timezone).slice(11)}`,
  }));

/** One line that says it all. */
export function headline({ isAllowed, notBefore, conditions }: Guard, { timezone, at }: Reader): string {
  if (isAllowed) return 'ALLOWED: every condition is met now';
  const unmet = conditions.filter(({ state }) => state !== 'met');
  const others = unmet.filter(({ isWaiting }) => !isWaiting).length;
  const count = `${unmet.length} of ${conditions.length} conditions are not met`;
  if (notBefore === null || notBefore <= at) return `REFUSED: ${count}`;
  const when = localTime(notBefore, timezone);
  return others === 0 ? `NOT YET: not before ${when}` : `REFUSED: ${count}; and not before ${when}`;
}

const done = (id: Condition['id'], { conditions }: Guard): boolean =>
  conditions.filter((each) => each.id === id).every(({ state }) => state === 'met');

/** What to type next, in order; the first line is the one that matters. */
export function nextSteps(guard: Guard, { flag, signer, to }: HandoverFacts): string[] {
  const { id } = signer;
  if (!flag.isReadable) return ['make the keys database readable: nothing can be said or written without it'];
  if (flag.flag === null) return [`watchdog handover init ${id}`];
  const { holder } = flag.flag;
  if (holder.kind !== 'none') {
    return [
      `nothing is under way. Do you have to? A day offline costs a day's rewards; a double signature costs the validator.`,
      `watchdog handover begin ${id} --why "…"   takes the keys from ${holderText(holder)}, and starts the wait`,
    ];
  }
  const steps: string[] = [];
  if (!done('machine', guard))
    steps.push(`watchdog handover prepare ${id}   protects the node that is to hold keys`);
  if (!done('life', guard)) {
    steps.push(
      'the other side lives: switch it off by hand, then begin again; never start a side "to check"',
    );
  }
  if (!done('fenced', guard)) {
    steps.push('make sure by hand that the other side cannot sign: power it off; an outage is not a fence');
  }
  if (!done('protection', guard)) {
    steps.push(
      `watchdog handover floor ${id} --out floor.json   then import it into the stopped client, export it again, and keep that export`,
    );
  }
  const node = to === 'basement' ? ' --node URL' : '';
  steps.push(
    `watchdog handover take ${id} --to ${to}${node} --fenced powered-off --protection EXPORT --wait`,
  );
  return steps;
}

export type HandoverAnswer = {
  readonly at: number;
  readonly signer: string;
  readonly to: Direction;
  readonly flag: FlagRead;
  readonly guard: Guard;
  readonly problems: readonly string[];
  readonly next: readonly string[];
};

/** The same for scripts. */
export const handoverAnswer = (
  guard: Guard,
  { facts, problems }: { readonly facts: HandoverFacts; readonly problems: readonly string[] },
): HandoverAnswer => ({
  at: facts.at,
  signer: facts.signer.id,
  to: facts.to,
  flag: facts.flag,
  guard,
  problems,
  next: nextSteps(guard, facts),
});
