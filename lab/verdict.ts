// Verdicts for the eye: a colour and a few words each.
import type { SiteVerdict } from '../functions/domain/verdict.ts';
import type { Style } from './screen.ts';

export function verdictStyle(verdict: SiteVerdict): Style {
  switch (verdict) {
    case 'ok':
      return 'good';
    case 'dark':
    case 'vpn-down':
    case 'not-signing':
      return 'bad';
    case 'blind':
    case 'degraded':
    case 'inbound-lost':
    case 'unknown':
      return 'doubt';
  }
}

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
