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
  /** The first thing that keeps the row from matching, in words; null when it matches. */
  readonly unmet: (signals: Signals) => string | null;
};

/** True while our own network fails: then a bad answer is no evidence, whatever the verdict. */
export const isBlind = (s: Signals): boolean => s.references === 'failing' && s.inbound !== 'all-good';
const hasNoWayIn = (s: Signals): boolean => s.inbound === 'none';
const isSilent = (s: Signals): boolean => s.signers === 'some-silent';
const hasLife = (s: Signals): boolean => s.life === 'seen';

const inboundIs = (s: Signals): string =>
  hasNoWayIn(s) ? 'there are no inbound targets' : `inbound is ${s.inbound}`;

function whyNotBlind(s: Signals): string | null {
  if (isBlind(s)) return null;
  return s.references === 'failing' ? 'inbound is all good' : `references are ${s.references}`;
}

function whyNotOk(s: Signals): string | null {
  if (isSilent(s)) return 'a signer is silent';
  if (s.inbound === 'all-good' || (hasNoWayIn(s) && hasLife(s))) return null;
  return hasNoWayIn(s) ? 'there are no inbound targets, and no life sign either' : inboundIs(s);
}

// Without a way in there is nothing to be unreachable: a silent signer in a house that shows no life is the blackout.
function whyNotCutOff(s: Signals): string | null {
  if (hasLife(s)) return 'there is a life sign';
  return s.inbound === 'all-bad' || (hasNoWayIn(s) && isSilent(s)) ? null : inboundIs(s);
}

function whyNotSilent(s: Signals): string | null {
  if (!isSilent(s)) return 'no signer is silent';
  return whyNotCutOff(s) === null ? 'the house as a whole shows no life' : null;
}

function whyNotInboundLost(s: Signals): string | null {
  if (s.inbound !== 'all-bad') return inboundIs(s);
  return hasLife(s) ? null : 'no life sign is later than the first bad tick';
}

/** Ordered. The last row matches everything, so each combination of signals has exactly one verdict. */
export const verdictTable: readonly Row[] = [
  {
    verdict: 'dark',
    when: 'our own network fails, but the UPS told of power going and the heartbeats stopped: those came to us',
    unmet: (s) => whyNotBlind(s) ?? (s.power === 'dying' ? null : 'no loss of power was announced'),
  },
  {
    verdict: 'blind',
    when: 'all of at least two references fail and inbound is not all good',
    unmet: whyNotBlind,
  },
  {
    verdict: 'ok',
    when: 'all inbound good (without inbound targets: a life sign), and no signer silent',
    unmet: whyNotOk,
  },
  {
    verdict: 'not-signing',
    when: 'a signer is silent, and the house is not cut off: inbound not all bad, or a later life sign',
    unmet: whyNotSilent,
  },
  {
    verdict: 'inbound-lost',
    when: 'all inbound bad, a later life sign, no signer silent',
    unmet: whyNotInboundLost,
  },
  {
    verdict: 'vpn-down',
    when: 'all inbound bad, no later life sign, and the exit host itself is unreachable',
    unmet: (s) =>
      whyNotCutOff(s) ??
      (s.exit === 'unreachable'
        ? null
        : s.exit === 'none'
          ? 'no exit is configured'
          : `the exit is ${s.exit}`),
  },
  {
    verdict: 'dark',
    when: 'all inbound bad, no later life sign, and the exit host is fine, or none is configured or known',
    unmet: whyNotCutOff,
  },
  {
    verdict: 'degraded',
    when: 'some inbound bad',
    unmet: (s) => (s.inbound === 'some-bad' ? null : inboundIs(s)),
  },
  { verdict: 'unknown', when: 'anything else', unmet: () => null },
];

/** The place of the row that decides. */
export function decide(signals: Signals): number {
  return verdictTable.findIndex((row) => row.unmet(signals) === null);
}
