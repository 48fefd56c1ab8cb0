// Many questions to one HTTP server within one attempt, over a few connections that end with it.
import type { Socket } from 'node:net';
import { callbackify } from 'node:util';
import { Pool } from 'undici';
import { codeOf, WatchdogError } from '../error.ts';
import { type Access, accessHeaders, accessUrl } from './access.ts';
import type { Attempt } from './attempt.ts';
import { dial } from './dial.ts';
import { endpointOfUrl, httpFailure } from './exchange.ts';
import { failed, type Failure } from './failure.ts';
import { handshake, tlsFailure } from './handshake.ts';

export type Question = {
  /** Begins with a slash; it is put behind the path of the server's url. */
  readonly path: string;
  /** JSON to post; a GET when absent. */
  readonly body?: string;
  /** A longer answer is a failure of reason `protocol`, and its rest is not read. */
  readonly maxBytes: number;
};

export type Reply = { readonly ok: true; readonly status: number; readonly body: Buffer };

/** Is given a body piece by piece. It must not throw. */
export type BodyReader = (chunk: Buffer) => void;

export type Session = {
  /** Never rejects for what the other side does. The body is whole. */
  readonly ask: (question: Question) => Promise<Reply | Failure>;
  /** The same for a body that is too large to keep: `read` is given it piece by piece when the status is 200, and `body` is empty. */
  readonly stream: (question: Question, read: BodyReader) => Promise<Reply | Failure>;
  /** How many requests were sent. */
  readonly requests: () => number;
};

/** Carries the reason why there is no connection through undici, which passes an error on as it is. */
class NoConnection extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

type Connected = { readonly ok: true; readonly socket: Socket } | Failure;

async function connect(access: Access, url: URL, attempt: Attempt): Promise<Connected> {
  const endpoint = endpointOfUrl(url);
  const dialled = await dial(endpoint, attempt);
  if (!dialled.ok || url.protocol !== 'https:') return dialled;
  return handshake(dialled.socket, endpoint.host, access.tls ?? {}, attempt);
}

/** Gives the pieces of a body to `read`; false when there are more bytes than `maxBytes`. */
async function readAll(body: AsyncIterable<Buffer>, maxBytes: number, read: BodyReader): Promise<boolean> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) return false;
    read(chunk);
  }
  return true;
}

type Connections = {
  readonly pool: Pool;
  /** The last error of a socket. Undici does not pass on the alert of a server that refuses us after the handshake. */
  readonly broken: () => unknown;
};

function openPool(access: Access, attempt: Attempt, connections: number): Connections {
  const url = new URL(access.url);
  let broken: unknown;
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    // The attempt's deadline rules over everything; timers of their own would only blur the reason.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32_768,
    connect: (_options, callback) => {
      callbackify(() => connect(access, url, attempt))((error, made) => {
        if (error !== null) callback(error, null);
        else if (made.ok) {
          attempt.enter('firstByte');
          made.socket.once('error', (cause) => (broken = cause));
          callback(null, made.socket);
        } else callback(new NoConnection(made), null);
      });
    },
  });
  attempt.own(() => {
    pool.destroy().catch(() => undefined);
  });
  return { pool, broken: () => broken };
}

function describe(error: unknown, broken: unknown, hasAnswered: boolean): Failure {
  if (error instanceof NoConnection) return error.failure;
  const refusal = [error, broken].find((each) => codeOf(each).startsWith('ERR_SSL_'));
  return refusal === undefined ? httpFailure(error, hasAnswered) : tlsFailure(refusal, '');
}

export type SessionOptions = {
  /** How many connections there are at most; 4 by default. */
  readonly connections?: number;
  /** Real milliseconds that one question may take, or one that is streamed until its answer begins; the whole attempt's by default. */
  readonly patienceMs?: number;
};

/**
 * A session with the server at `access`; the attempt owns its connections. Throws ERR_SECRET for a secret that cannot be used.
 */
export function openSession(access: Access, attempt: Attempt, options: SessionOptions = {}): Session {
  const { secret } = attempt.context;
  const { connections = 4, patienceMs } = options;
  const headers = {
    ...accessHeaders(access, secret),
    accept: 'application/json',
    'accept-encoding': 'identity',
  };
  const { pool, broken } = openPool(access, attempt, connections);
  let sent = 0;
  let answered = 0;
  let waiting = 0;

  const send = async (
    question: Question,
    read: BodyReader | null,
    isSecond = false,
  ): Promise<Reply | Failure> => {
    const url = accessUrl(access, secret, question.path);
    const chunks: Buffer[] = [];
    let hasAnswered = false;
    sent += 1;
    waiting += 1;
    const impatience = new AbortController();
    const timer = patienceMs === undefined ? undefined : setTimeout(() => impatience.abort(), patienceMs);
    attempt.own(() => {
      clearTimeout(timer);
    });
    try {
      // Before there is a connection, it is the phases of making one that take the time.
      if (answered > 0) attempt.enter('firstByte');
      const { statusCode, body } = await pool.request({
        method: question.body === undefined ? 'GET' : 'POST',
        path: `${url.pathname}${url.search}`,
        headers: question.body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: question.body ?? null,
        signal: impatience.signal,
      });
      hasAnswered = true;
      answered += 1;
      waiting -= 1;
      attempt.enter('rest');
      body.on('error', () => undefined);
      if (read !== null) clearTimeout(timer);
      const keep = (chunk: Buffer): void => {
        chunks.push(chunk);
      };
      const isWhole = await readAll(body, question.maxBytes, statusCode === 200 ? (read ?? keep) : keep);
      // A deadline that passes now is missed by the next answer, not by this one.
      if (waiting > 0) attempt.enter('firstByte');
      if (!isWhole) return failed('protocol', `the answer is longer than ${question.maxBytes} bytes`);
      return { ok: true, status: statusCode, body: Buffer.concat(chunks) };
    } catch (error) {
      if (!hasAnswered) waiting -= 1;
      // A secret that cannot be used is not something that the other side did.
      if (error instanceof WatchdogError) throw error;
      if (impatience.signal.aborted) {
        return failed(
          'timeout',
          `${hasAnswered ? 'an answer did not end' : 'no answer came'} within ${patienceMs} ms`,
        );
      }
      const failure = describe(error, broken(), hasAnswered);
      // A server may close a connection that it has answered on, just when we ask again; that is no failure of it
      // (RFC 9112, section 9.3.1).
      const isClosed = failure.reason === 'reset' && !hasAnswered && answered > 0;
      return isClosed && !isSecond ? await send(question, read, true) : failure;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    ask: (question) => send(question, null),
    stream: (question, read) => send(question, read),
    requests: () => sent,
  };
}
