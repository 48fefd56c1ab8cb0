// One HTTP POST with a deadline, for whoever tells somebody something: no redirects, no retries, nothing of the address in what it says.
import type { Dispatcher } from 'undici';
import { codeOf, shortCodeOf } from './error.ts';

export type PostRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Real milliseconds from the look-up to the answer's headers. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** False leaves the answer's body unread, for a service that works on after its status. True by default. */
  readonly readsBody?: boolean;
};

/** `code` is the system's short name of what failed, e.g. `ECONNREFUSED`. */
export type PostAnswer =
  | { readonly answered: true; readonly status: number; readonly retryAfter: string | null }
  | {
      readonly answered: false;
      readonly reason: 'timeout' | 'aborted' | 'network';
      readonly code: string;
    };

/** True for a host that is this machine by its name: the only one that is spoken to without encryption or identity. */
export const isThisMachine = ({ hostname }: { readonly hostname: string }): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)$/.test(hostname);

const bodyLimit = 4096;
const bodyPatienceMs = 1_000;

const silences = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT']);

type Failed = Extract<PostAnswer, { readonly answered: false }>;
type Body = Dispatcher.ResponseData['body'];
type Incoming = Dispatcher.ResponseData & { readonly deadline: AbortSignal };
type Sent = Omit<PostRequest, 'readsBody'>;

function failure(error: unknown, request: Sent, deadline: AbortSignal): Failed {
  if (request.signal.aborted) return { answered: false, reason: 'aborted', code: 'ABORTED' };
  const code = shortCodeOf(codeOf(error));
  if (deadline.aborted || silences.has(code)) return { answered: false, reason: 'timeout', code: 'TIMEOUT' };
  return { answered: false, reason: 'network', code };
}

async function post<Result>(
  request: Sent,
  take: (incoming: Incoming) => Promise<Result>,
): Promise<Result | Failed> {
  if (request.signal.aborted) return { answered: false, reason: 'aborted', code: 'ABORTED' };
  const { Agent, request: send } = await import('undici');
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const agent = new Agent({ connections: 1, maxHeaderSize: 16_384 });
  try {
    const incoming = await send(request.url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      dispatcher: agent,
      signal: AbortSignal.any([request.signal, deadline]),
    });
    // Its troubles in saying the rest are heard where the rest is read, and nowhere else.
    incoming.body.on('error', () => {});
    return await take({ ...incoming, deadline });
  } catch (error) {
    return failure(error, request, deadline);
  } finally {
    await agent.destroy().catch(() => {});
  }
}

/**
 * Posts and resolves with the answer's status, for everything that a network or a server can do. Of the answer's body at most 4 KB
 * are read, for at most a second and only to end politely; redirects are answers like any other. Leaves no socket behind.
 */
export function httpPost({ readsBody = true, ...request }: PostRequest): Promise<PostAnswer> {
  return post(request, async ({ statusCode, headers, body }) => {
    // What the server says after its status decides nothing.
    if (readsBody) {
      const patience = AbortSignal.any([request.signal, AbortSignal.timeout(bodyPatienceMs)]);
      await body.dump({ limit: bodyLimit, signal: patience }).catch(() => {});
    }
    const retryAfter = headers['retry-after'];
    return {
      answered: true,
      status: statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    };
  });
}

/** `body` is null when it is longer than what may be read. */
export type AskAnswer =
  | { readonly answered: true; readonly status: number; readonly body: Buffer | null }
  | Failed;

async function wholeBody(body: Body, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > mostBytes) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Like `httpPost`, for whoever wants to know what the answer says: its body has to be whole within `timeoutMs` as well. */
export function httpAsk(request: Sent & { readonly mostBytes: number }): Promise<AskAnswer> {
  return post(request, async ({ statusCode, body }) => ({
    answered: true,
    status: statusCode,
    body: await wholeBody(body, request.mostBytes),
  }));
}
