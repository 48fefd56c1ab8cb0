// One HTTP request and its answer over one connection of its own.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import { codeOf } from '../error.ts';
import type { Attempt } from './attempt.ts';
import { dial } from './dial.ts';
import { failed } from './failure.ts';
import type { Failure } from './failure.ts';
import { handshake, tlsFailure } from './handshake.ts';
import type { TlsOptions } from './handshake.ts';

export type Request = {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly tls: TlsOptions;
  /** How much of the body to read when the answer has this status; 0 reads nothing. */
  readonly bytesFor: (status: number) => number;
};

export type Answer = {
  readonly ok: true;
  readonly status: number;
  /** Names in lower case; repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** False when the body is longer than what was read. */
  readonly isWhole: boolean;
  readonly certificateDaysLeft: number | undefined;
};

/** Asks once and never throws for what the other side does. The body is not decompressed. */
export async function exchange(request: Request, attempt: Attempt): Promise<Answer | Failure> {
  const { url } = request;
  const isSecure = url.protocol === 'https:';
  const endpoint = endpointOfUrl(url);
  const dialled = await dial(endpoint, attempt);
  if (!dialled.ok) return dialled;
  if (!isSecure) return ask(request, dialled.socket, undefined, attempt);
  const secured = await handshake(dialled.socket, endpoint.host, request.tls, attempt);
  if (!secured.ok) return secured;
  return ask(request, secured.socket, secured.certificateDaysLeft, attempt);
}

export function endpointOfUrl(url: URL): { readonly host: string; readonly port: number } {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** The same address at another port. */
export function urlAtPort(text: string, port: number): string {
  const url = new URL(text);
  url.port = `${port}`;
  return url.href;
}

const cutOff = 'the connection broke off in the middle of the answer';

async function ask(
  request: Request,
  socket: Socket,
  certificateDaysLeft: number | undefined,
  attempt: Attempt,
): Promise<Answer | Failure> {
  attempt.enter('firstByte');
  let isFirst = true;
  // What undici does not pass on: a reset at the end of a body without a length, and the alert of a server that refuses us.
  let broken: unknown;
  socket.once('error', (error) => (broken = error));
  const client = new Client(request.url.origin, {
    pipelining: 0,
    allowH2: false,
    // The attempt's deadline rules over everything; timers of their own would only blur the reason.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32_768,
    connect: (_options, callback) => {
      const isUsable = isFirst && !socket.destroyed;
      isFirst = false;
      // Not at once: undici forgets a request whose connection is there before it has begun to wait for it.
      queueMicrotask(() => {
        if (isUsable) callback(null, socket);
        else callback(Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' }), null);
      });
    },
  });
  attempt.own(() => {
    client.destroy().catch(() => undefined);
  });
  let hasAnswered = false;
  try {
    const { statusCode, headers, body } = await client.request({
      method: request.method,
      path: `${request.url.pathname}${request.url.search}`,
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body ?? null,
    });
    hasAnswered = true;
    attempt.enter('rest');
    // Leaving the body early makes undici report an abort to the stream; that one is our own doing.
    body.on('error', () => undefined);
    const read = await firstBytes(body, request.bytesFor(statusCode));
    if (codeOf(broken) === 'ECONNRESET') return failed('reset', cutOff);
    return {
      ok: true,
      status: statusCode,
      headers: joined(headers),
      ...read,
      certificateDaysLeft,
    };
  } catch (error) {
    return codeOf(broken).startsWith('ERR_SSL_') ? tlsFailure(broken, '') : httpFailure(error, hasAnswered);
  }
}

function joined(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]),
  );
}

async function firstBytes(
  body: AsyncIterable<Buffer>,
  limit: number,
): Promise<{ readonly body: Buffer; readonly isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (limit === 0) return { body: Buffer.alloc(0), isWhole: false };
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) return { body: Buffer.concat(chunks).subarray(0, limit), isWhole: false };
  }
  return { body: Buffer.concat(chunks), isWhole: true };
}

export function httpFailure(error: unknown, hasAnswered: boolean): Failure {
  const code = codeOf(error);
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const isCut = ['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ECONNRESET', 'EPIPE'].includes(
    code,
  );
  if (hasAnswered && (isCut || code === 'HPE_INVALID_EOF_STATE')) return failed('reset', cutOff);
  if (message === 'bad upgrade') return failed('protocol', 'switched protocols without being asked');
  if (code === 'UND_ERR_SOCKET') return failed('reset', 'the server hung up without an answer');
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failed('protocol', 'the headers are larger than 32 KB');
  if (name === 'HTTPParserError') return failed('protocol', `the answer is not HTTP${code && ` (${code})`}`);
  if (code === '' || code.startsWith('UND_ERR_')) {
    return failed('protocol', `the answer breaks the rules of HTTP${code && ` (${code})`}`);
  }
  return tlsFailure(error, '');
}
