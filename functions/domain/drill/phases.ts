// How long each phase of a drill took, and how far it came, in words.
import { briefly } from '../lasting.ts';
import type { Marks } from './drill.ts';

/** The marks in the order in which they come, `begun` before them; with what is said of the time since the mark before. */
const steps = [
  { mark: 'running', words: 'created in' },
  { mark: 'reported', words: 'booted in' },
  { mark: 'syncing', words: 'clients up after' },
  { mark: 'synced', words: 'synced after' },
  { mark: 'wiped', words: 'wiped in' },
  { mark: 'saved', words: 'saved in' },
] as const satisfies readonly { readonly mark: keyof Marks; readonly words: string }[];

export type DrillPhase = (typeof steps)[number]['mark'];

export type PhaseTime = { readonly phase: DrillPhase; readonly words: string; readonly ms: number };

/** Each phase that came to its end, with the time since the end of the one before; a phase that was never seen is part of the next. */
export function phaseTimes(marks: Marks): PhaseTime[] {
  const times: PhaseTime[] = [];
  let before = marks.begun;
  for (const { mark: phase, words } of steps) {
    const at = marks[phase];
    if (at === null || before === null) continue;
    times.push({ phase, words, ms: Math.max(0, at - before) });
    before = Math.max(before, at);
  }
  return times;
}

/** What counts for a real outage: what comes after the clients are synced does not. */
const isRecovery = ({ phase }: PhaseTime): boolean => phase !== 'wiped' && phase !== 'saved';

/** From the first attempt to the clients' being synced, or as far as it came; null when nothing ever ran. */
export function recoveryMs(marks: Marks): number | null {
  const times = phaseTimes(marks).filter(isRecovery);
  return times.length === 0 ? null : times.reduce((sum, { ms }) => sum + ms, 0);
}

const said = ({ words, ms }: PhaseTime): string => `${words} ${briefly(ms)}`;

/** E.g. `created in 41 s, booted in 35 s`; null when nothing has run yet. */
export function phasesSoFar(marks: Marks): string | null {
  const times = phaseTimes(marks);
  return times.length === 0 ? null : times.map(said).join(', ');
}

/** E.g. `created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min; in all 3 h 15 min`; null when nothing ever ran. */
export function phaseWords(marks: Marks): string | null {
  const all = recoveryMs(marks);
  if (all === null) return null;
  const times = phaseTimes(marks);
  const after = times.filter((each) => !isRecovery(each));
  return [
    times.filter(isRecovery).map(said).join(', '),
    `in all ${briefly(all)}`,
    ...(after.length === 0 ? [] : [`then ${after.map(said).join(', ')}`]),
  ].join('; ');
}

/** What it was at when it ended, or is at now. */
export function stageWords(marks: Marks): string {
  if (marks.saved !== null) return 'after its snapshot was made';
  if (marks.wiped !== null) return 'after its disk was wiped, while its snapshot was made';
  if (marks.synced !== null) return 'after it was synced';
  if (marks.syncing !== null) return 'while it synced';
  if (marks.reported !== null) return 'while its clients started';
  if (marks.running !== null) return 'while its machine booted, before its agent said anything';
  return marks.begun === null ? 'before anything was made' : 'while its machine was being made';
}
