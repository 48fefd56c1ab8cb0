// Durations as people write them: a whole number and a unit.
import { z } from 'zod';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

const pattern = /^[0-9]{1,9}(ms|s|m|h|d)$/;
const howTo = 'write a whole number and one of ms, s, m, h, d, such as "30s"';

const isUnit = (text: string): text is Unit => Object.hasOwn(unitMs, text);

/** Milliseconds of a text such as `30s`; null when it is not one whole number with one unit of ms, s, m, h and d. */
export function parseDuration(text: string): number | null {
  if (!pattern.test(text)) return null;
  const unit = text.replace(/^[0-9]+/, '');
  return isUnit(unit) ? Number.parseInt(text, 10) * unitMs[unit] : null;
}

/** A schema that takes a text such as `30s` between `min` and `max` (same notation, both allowed) and gives milliseconds. */
export function duration(bounds: { readonly min: string; readonly max: string }) {
  const minMs = parseDuration(bounds.min);
  const maxMs = parseDuration(bounds.max);
  if (minMs === null || maxMs === null) throw new TypeError('the bounds of a duration must be durations');
  return z
    .string({
      error: (issue) =>
        typeof issue.input === 'number' ? `is a number without a unit; ${howTo}` : undefined,
    })
    .regex(pattern, { error: `is not a duration; ${howTo}` })
    .transform((text, context) => {
      const ms = parseDuration(text) ?? Number.NaN;
      if (ms >= minMs && ms <= maxMs) return ms;
      context.addIssue(`is ${text}; it must be from ${bounds.min} to ${bounds.max}`);
      return z.NEVER;
    })
    .meta({ 'x-range': `${bounds.min}–${bounds.max}` });
}
