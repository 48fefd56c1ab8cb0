// The verdict table of a site: an ordered list of rows, of which the first that matches is the verdict.
import type { Signals } from './signals.ts';

export const siteVerdicts = [
  'blind',
  'ok',
  'not-signing',
  'inbound-lost',
  'vpn-down',
  'dark',
  'degraded',
  'unknown',
] as const;
export type SiteVerdict = (typeof siteVerdicts)[number];

type Row = {
  readonly verdict: SiteVerdict;
  readonly when: string;
  readonly matches: (signals: Signals) => boolean;
};

/** True while our own network fails: then a bad answer is no evidence, whatever the verdict. */
export const isBlind = (s: Signals): boolean => s.references === 'failing' && s.inbound !== 'all-good';
const hasNoWayIn = (s: Signals): boolean => s.inbound === 'none';
const isSilent = (s: Signals): boolean => s.signers === 'some-silent';
const hasLife = (s: Signals): boolean => s.life === 'seen';

// Without a way in there is nothing to be unreachable: a silent signer in a house that shows no life is the blackout.
const isCutOff = (s: Signals): boolean =>
  !hasLife(s) && (s.inbound === 'all-bad' || (hasNoWayIn(s) && isSilent(s)));

/** Ordered. The last row matches everything, so each combination of signals has exactly one verdict. */
export const verdictTable: readonly Row[] = [
  {
    verdict: 'dark',
    when: 'our own network fails, but the UPS told of power going and the heartbeats stopped: those came to us',
    matches: (s) => isBlind(s) && s.power === 'dying',
  },
  {
    verdict: 'blind',
    when: 'all of at least two references fail and inbound is not all good',
    matches: isBlind,
  },
  {
    verdict: 'ok',
    when: 'all inbound good (without inbound targets: a life sign), and no signer silent',
    matches: (s) => !isSilent(s) && (s.inbound === 'all-good' || (hasNoWayIn(s) && hasLife(s))),
  },
  {
    verdict: 'not-signing',
    when: 'a signer is silent, and the house is not cut off: inbound not all bad, or a later life sign',
    matches: (s) => isSilent(s) && !isCutOff(s),
  },
  {
    verdict: 'inbound-lost',
    when: 'all inbound bad, a later life sign, no signer silent',
    matches: (s) => s.inbound === 'all-bad' && hasLife(s),
  },
  {
    verdict: 'vpn-down',
    when: 'all inbound bad, no later life sign, and the exit host itself is unreachable',
    matches: (s) => isCutOff(s) && s.exit === 'unreachable',
  },
  {
    verdict: 'dark',
    when: 'all inbound bad, no later life sign, and the exit host is fine, or none is configured or known',
    matches: isCutOff,
  },
  { verdict: 'degraded', when: 'some inbound bad', matches: (s) => s.inbound === 'some-bad' },
  { verdict: 'unknown', when: 'anything else', matches: () => true },
];

/** The place of the row that decides. */
export function decide(signals: Signals): number {
  return verdictTable.findIndex((row) => row.matches(signals));
}
