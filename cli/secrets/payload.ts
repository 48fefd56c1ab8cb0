// What the one secret of a function holds: a JSON object of names and their values, as functions read it from WATCHDOG_SECRETS.
import { z } from 'zod';

export type Payload = Readonly<Record<string, string>>;

/** What a function takes as one variable, which is less than Secret Manager does: https://cloud.google.com/run/quotas */
const mostBytes = 32_768;

const form = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

/** Null for what was not written by this command. */
export function readPayload(text: string): Payload | null {
  try {
    const read = form.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The same names and values are always the same text. */
export const payloadText = (payload: Payload): string =>
  JSON.stringify(Object.fromEntries(namesOf(payload).map((name) => [name, payload[name]])));

export const namesOf = (payload: Payload): string[] => Object.keys(payload).toSorted();

/** Why it cannot be kept; null when it can. */
export function payloadProblem(payload: Payload): string | null {
  const bytes = Buffer.byteLength(payloadText(payload));
  return bytes > mostBytes
    ? `its secrets come to ${bytes} bytes together, and a function takes ${mostBytes} (32 KiB) in one variable; is one of them a whole file by mistake?`
    : null;
}
