// The small fields that many parts of a configuration share: ids, labels, time zones, moments.
import { z } from 'zod';

/** Ids stand in document names, messages and labels of machines: short, lower case, never the watchdog's own word `self`. */
export const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, {
    error: 'is not an id; write 1 to 20 of a-z, 0-9 and -, beginning with a letter',
  })
  .refine((text) => text !== 'self', {
    error: 'is "self", which the watchdog uses for itself; write another id',
  })
  .refine((text) => text !== 'constructor', {
    error: 'is "constructor", which every object has already; write another id',
  })
  .meta({ id: 'Id', description: 'A short name: 1 to 20 of a-z, 0-9 and -, beginning with a letter.' });

/** A line of text for people. */
export const label = z
  .string()
  .min(1, { error: 'is empty; write a few words' })
  .max(100, { error: 'is over 100 characters; write a shorter text' })
  .regex(/^[^\p{Cc}]*$/u, { error: 'has line breaks or control characters; write one line' });

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A name of the IANA time zone database. */
export const timezone = z.string().refine(isTimezone, {
  error: 'is not a time zone; write an IANA name, such as Europe/Berlin',
});

/** A moment with its offset, as epoch milliseconds. */
export const moment = z.iso
  .datetime({
    offset: true,
    error: 'is not a moment; write date, time and offset, such as 2026-12-01T22:00:00Z',
  })
  .transform((text) => Date.parse(text));
