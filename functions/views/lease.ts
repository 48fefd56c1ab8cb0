// What is known of a leased port, in words.
import type { TargetFact } from '../domain/facts.ts';
import { type LeaseFact, refusalWords } from '../domain/lease.ts';
import { localTime } from './time.ts';

function portWords({ port, validUntil }: LeaseFact, at: number, timezone: string): string {
  if (port === null) return 'no leased port was told';
  if (validUntil === null) return `port ${port}, for none was told so far`;
  return `port ${port}, leased until ${localTime(validUntil, timezone)}${at < validUntil ? '' : ', which is over'}`;
}

/** E.g. `port 41234, leased until 2026-12-01 03:14:07 UTC`; `at` is the time of the look. */
export function leaseWords(lease: LeaseFact, { at, timezone }: { at: number; timezone: string }): string {
  const { refused } = lease;
  const not =
    refused === null
      ? ''
      : `; port ${refused.port}, told ${localTime(refused.at, timezone)}, is not used: ${refusalWords[refused.why]}`;
  return `${portWords(lease, at, timezone)}${not}`;
}

/** Those of the targets whose port is leased. */
export const leasedTargets = (
  targets: readonly TargetFact[],
): readonly (TargetFact & { readonly lease: LeaseFact })[] =>
  targets.flatMap(({ lease, ...target }) => (lease === null ? [] : [{ ...target, lease }]));
