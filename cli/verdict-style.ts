// How verdicts and qualities look: one place, so that the same word never has two colours.
import type { Quality } from '../functions/domain/facts.ts';
import type { Severity } from '../functions/domain/severity.ts';
import type { SiteVerdict } from '../functions/domain/verdict.ts';
import type { Style } from './terminal.ts';

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

export const qualityStyle = { good: 'good', bad: 'bad', unknown: 'doubt' } as const satisfies Record<
  Quality,
  Style
>;

export const severityStyle = { info: 'dim', warning: 'doubt', critical: 'bad' } as const satisfies Record<
  Severity,
  Style
>;
