// How qualities and severities look: one place, so that the same word never has two colours.
import type { Quality } from '../functions/domain/facts.ts';
import type { Severity } from '../functions/domain/severity.ts';
import type { Style } from '../local/terminal-text.ts';

export const qualityStyle = { good: 'good', bad: 'bad', unknown: 'doubt' } as const satisfies Record<
  Quality,
  Style
>;

export const severityStyle = { info: 'dim', warning: 'doubt', critical: 'bad' } as const satisfies Record<
  Severity,
  Style
>;
