// What is said of a standby in words, the same under its site and in the list.
import { mayPass } from '../domain/standby/standby.ts';
import type { StandbyStatus } from './standbys.ts';
import type { StandbysAnswer } from './standbys-answer.ts';
import { duration, localTime } from './time.ts';
import { money } from '../domain/standby/spent.ts';

/** When it will be synced by its own word, epoch ms; null while it cannot tell. */
export function etaAt({ phase, etaMs, reportAt }: StandbyStatus): number | null {
  return phase !== 'syncing' || etaMs === null || reportAt === null ? null : reportAt + etaMs;
}

/** E.g. `41 %`; null while nothing is known. */
export const percentWords = ({ phase, percent }: StandbyStatus): string | null =>
  percent === null || (phase !== 'syncing' && phase !== 'booting') ? null : `${Math.floor(percent)} %`;

/** True for a refusal that may end by itself. */
export const isPassing = ({ refusal }: StandbyStatus): boolean => refusal !== null && mayPass(refusal.reason);

/** What is in the way, the gravest first: in one sentence each, with the lines that belong to it. */
export function problemsOf(
  standby: StandbyStatus,
): { readonly word: string; readonly text: string; readonly lines: readonly string[] }[] {
  const { doubt, trouble, refusal } = standby;
  return [
    ...(doubt === null ? [] : [{ word: `SAFETY, ${doubt.kind}`, text: doubt.text, lines: [] }]),
    ...(trouble === null ? [] : [{ word: trouble.kind, text: trouble.text, lines: trouble.lines }]),
    ...(refusal === null
      ? []
      : [{ word: `nothing is made, ${refusal.reason}`, text: refusal.text, lines: [] }]),
  ];
}

/** True when somebody has to look: something is in the way, or it has failed. */
export const needsPerson = (standby: StandbyStatus): boolean =>
  standby.phase === 'failed' || problemsOf(standby).length > 0;

/** True when anything of all standbys needs somebody. */
export const anyNeedsPerson = (answer: StandbysAnswer): boolean =>
  answer.standbys.some(needsPerson) ||
  answer.orphans.length > 0 ||
  answer.broken.length > 0 ||
  answer.trouble !== null;

/** How long it stays: until when, or who keeps it, or why it goes. */
export function stayWords({ keep, release, expiresAt }: StandbyStatus, timezone: string): string {
  if (release !== null) {
    return `not wanted any more: ${release.reason}${release.by === null ? '' : `, ${release.by}`}`;
  }
  if (keep !== null) return `kept by ${keep.by}: ${keep.why}`;
  return expiresAt === null ? 'nobody wants it' : `until ${localTime(expiresAt, timezone)}`;
}

/** Where it is and how far it has come, in one line. */
export function progressWords(standby: StandbyStatus, at: number, timezone: string): string {
  const { phase, zone, instance, peers } = standby;
  const eta = etaAt(standby);
  const percent = percentWords(standby);
  const how = [
    percent === null ? phase : `${phase} ${percent}`,
    ...(zone === null ? [] : [`in ${zone}`]),
    ...(instance === null ? [] : [`as ${instance}`]),
  ].join(' ');
  return [
    how,
    ...(eta === null ? [] : [`synced in about ${duration(eta - at)}, at ${localTime(eta, timezone)}`]),
    ...(peers === null || phase === 'gone' ? [] : [`${peers} peer${peers === 1 ? '' : 's'}`]),
  ].join(', ');
}

/** E.g. `0.17 USD so far`; null when it has cost nothing yet. */
export const costWords = ({ cost }: StandbyStatus): string | null =>
  cost === null
    ? null
    : `${money(cost.soFar, cost.currency)} so far, ${money(cost.perHour, cost.currency)} an hour`;

/** Who wanted it and why. */
export function reasonWords({ reason, why, by }: StandbyStatus): string {
  if (reason === null) return 'nobody wants it';
  return by === null ? `${reason}: ${why ?? ''}` : `asked for by ${by}: ${why ?? ''}`;
}
