// The edge between HTTP and flows: reads requests strictly, turns what was thrown into one status code and one log line.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from '@google-cloud/functions-framework';
import { describeError, WatchdogError } from './error.ts';
import type { Log } from './log.ts';
import { redactText } from './redact.ts';

export type HttpFunction = (request: Request, response: Response) => Promise<void>;

/** Largest body that a function of ours reads; a scheduler's or a poke's is a few bytes. */
const maxBodyBytes = 64 * 1024;

const statusOf: Readonly<Partial<Record<WatchdogError['code'], number>>> = { ERR_REQUEST: 400 };

/** Answers JSON errors, logs them once, and never lets a stack or a secret out. */
export function httpFunction(log: Log, methods: readonly string[], run: HttpFunction): HttpFunction {
  return async (request, response) => {
    try {
      if (!methods.includes(request.method)) {
        response
          .set('allow', methods.join(', '))
          .status(405)
          .json({ error: `use ${methods.join(' or ')}` });
        return;
      }
      await run(request, response);
    } catch (error) {
      const known = error instanceof WatchdogError ? error : null;
      const status = (known === null ? undefined : statusOf[known.code]) ?? 500;
      const write = status < 500 ? log.warn : log.error;
      write({ error, method: request.method, status }, `request failed: ${describeError(error)}`);
      if (response.headersSent) response.end();
      else
        response
          .status(status)
          .json({ error: known === null ? 'internal error' : redactText(describeError(known)) });
    }
  };
}

function textOf(request: Request): string {
  const raw: unknown = request.rawBody;
  if (Buffer.isBuffer(raw)) {
    if (raw.length > maxBodyBytes)
      throw new WatchdogError('ERR_REQUEST', `the body is over ${maxBodyBytes} bytes`);
    return raw.toString('utf8');
  }
  // The framework reads no body whose type is not given; taking it for an empty one would do something else than was asked.
  const hasBody =
    Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined;
  if (hasBody)
    throw new WatchdogError('ERR_REQUEST', 'a body needs the header content-type: application/json');
  return '';
}

/** The body as JSON whatever content type the sender claims (Cloud Scheduler sends none of use); null when it is empty. */
export function jsonBody(request: Request): unknown {
  const text = textOf(request).trim();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new WatchdogError('ERR_REQUEST', 'the body is not JSON');
  }
}

/** Compares in constant time, whatever the lengths are. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The token of an `authorization: Bearer …` header, null when there is none. */
export function bearerToken(request: Request): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(request.get('authorization') ?? '');
  return match?.[1] ?? null;
}
