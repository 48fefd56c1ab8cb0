// How a verdict is shown: its tone and its few words, the same everywhere.
import type { ChainState, SignerState } from '../domain/facts.ts';
import type { SiteVerdict } from '../domain/verdict.ts';

/** For colours and signs: `doubt` is neither good nor the worst. */
export type Tone = 'good' | 'bad' | 'doubt';

export const verdictTone = {
  ok: 'good',
  dark: 'bad',
  'vpn-down': 'bad',
  'not-signing': 'bad',
  'inbound-lost': 'doubt',
  degraded: 'doubt',
  blind: 'doubt',
  unknown: 'doubt',
} as const satisfies Record<SiteVerdict, Tone>;

export const signerTone = {
  signing: 'good',
  quiet: 'doubt',
  silent: 'bad',
  inactive: 'doubt',
  unknown: 'doubt',
} as const satisfies Record<SignerState, Tone>;

export const chainTone = {
  moving: 'good',
  stalled: 'doubt',
  unknown: 'doubt',
} as const satisfies Record<ChainState, Tone>;

export const verdictWords = {
  ok: 'everything answers',
  dark: 'nothing answers, nothing shows life',
  'vpn-down': 'nothing answers, not even the VPN exit, and nothing shows life',
  'not-signing': 'a signer is silent',
  'inbound-lost': 'the way in is broken, but the house lives',
  degraded: 'some of it does not answer',
  blind: "the watchdog's own network fails, so it cannot tell",
  unknown: 'the evidence allows no verdict',
} as const satisfies Record<SiteVerdict, string>;
