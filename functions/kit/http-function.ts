// The edge between HTTP and flows: reads requests strictly, turns what was thrown into one status code and one log line.
import type { Request, Response } from '@google-cloud/functions-framework';
import { describeError, WatchdogError } from './error.ts';
import type { Log } from './log.ts';
import { redactText } from './redact.ts';

export type HttpFunction = (request: Request, response: Response) => Promise<void>;

/** Largest body that a function of ours reads; a scheduler's or a poke's is a few bytes. */
export const maxBodyBytes = 64 * 1024;

const statusOf: Readonly<Partial<Record<WatchdogError['code'], number>>> = { ERR_REQUEST: 400 };

/** How an error is answered: its status, and a sentence without a secret. */
export type Refuse = (request: Request, response: Response, told: Told) => void;
export type Told = { readonly status: number; readonly error: string };

const asJson: Refuse = (_, response, { status, error }) => {
  response.status(status).json({ error });
};

/** Answers errors, as JSON unless `refuse` does otherwise, logs them once, and never lets a stack or a secret out. */
export function httpFunction(
  log: Log,
  methods: readonly string[],
  run: HttpFunction,
  refuse: Refuse = asJson,
): HttpFunction {
  return async (request, response) => {
    try {
      if (!methods.includes(request.method)) {
        response.set('allow', methods.join(', '));
        refuse(request, response, { status: 405, error: `use ${methods.join(' or ')}` });
        return;
      }
      await run(request, response);
    } catch (error) {
      const known = error instanceof WatchdogError ? error : null;
      const status = (known === null ? undefined : statusOf[known.code]) ?? 500;
      const write = status < 500 ? log.warn : log.error;
      write({ error, method: request.method, status }, `request failed: ${describeError(error)}`);
      const told = known === null ? 'internal error' : redactText(describeError(known));
      if (response.headersSent) response.end();
      else refuse(request, response, { status, error: told });
    }
  };
}

/** Accepts before the work is done: whoever pokes waits for this only, and the platform keeps the CPU until the answer ends. */
export function acceptEarly(response: Response): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}

/** The body as it came, at most `mostBytes` of it; ERR_REQUEST when it is longer, or of no type. */
export function bodyBytes(request: Request, mostBytes = maxBodyBytes): Buffer {
  const raw: unknown = request.rawBody;
  if (Buffer.isBuffer(raw)) {
    if (raw.length > mostBytes) throw new WatchdogError('ERR_REQUEST', `the body is over ${mostBytes} bytes`);
    return raw;
  }
  // The framework reads no body whose type is not given; taking it for an empty one would do something else than was asked.
  const hasBody =
    Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined;
  if (hasBody)
    throw new WatchdogError('ERR_REQUEST', 'a body needs the header content-type: application/json');
  return Buffer.alloc(0);
}

/** The body as JSON whatever content type the sender claims (Cloud Scheduler sends none of use); null when it is empty. */
export const jsonBody = (request: Request): unknown => readJson(bodyBytes(request));

/** Null for bytes that are empty; ERR_REQUEST, without a word of them, for what is no JSON. */
export function readJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8').trim();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new WatchdogError('ERR_REQUEST', 'the body is not JSON');
  }
}

/** The token of an `authorization: Bearer …` header, null when there is none. */
export const bearerIn = (header: string): string | null => /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? null;
