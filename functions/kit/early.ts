// Refuses requests by their head alone, before anything of their body is read: the framework would read up to 32 MB of it first.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { jsonAnswer, type Answer } from './http-answer.ts';
import { maxBodyBytes } from './http-function.ts';

/** What is known of a request before its body. `path` is without the query. */
export type Head = {
  readonly method: string;
  readonly path: string;
  /** An empty string when there is none. */
  readonly header: (name: string) => string;
};

/** Null when the request may be read on. */
export type Admit = (head: Head) => Answer | null | Promise<Answer | null>;

const admitted = new WeakSet<IncomingMessage>();

/** True when the head of the request was looked at already. */
export const wasAdmitted = (request: IncomingMessage): boolean => admitted.has(request);

export function headOf(request: IncomingMessage): Head {
  return {
    method: request.method ?? '',
    path: (request.url ?? '/').split('?')[0] ?? '/',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? '');
    },
  };
}

const tooLarge = jsonAnswer(413, { error: `the body is over ${maxBodyBytes} bytes` });

/** A body may not be over the cap. One that does not say how long it is is cut off there instead. */
export const admitBySize = ({ header }: Head): Answer | null =>
  Number(header('content-length') || 0) <= maxBodyBytes ? null : tooLarge;

/** How long a body that nobody wants may go on, so that its sender gets to read the answer. */
const patienceMs = 2_000;

function refuse(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
  // Read and thrown away: cut off at once, the sender would see a broken connection instead of the answer.
  request.on('error', () => undefined).resume();
  const timer = setTimeout(() => request.destroy(), patienceMs).unref();
  request.once('close', () => clearTimeout(timer));
}

/** Whoever does not say how much comes is cut off where it is too much. */
function cutOff(request: IncomingMessage, response: ServerResponse): void {
  let count = 0;
  request.on('data', (chunk: Buffer) => {
    count += chunk.length;
    if (count <= maxBodyBytes || response.headersSent) return;
    response.writeHead(tooLarge.status, tooLarge.headers).end(tooLarge.body);
    request.destroy();
  });
}

/**
 * Lets `admit` look at each request of `server` first; what it refuses never reaches whatever listens on the server. A guard that throws
 * or rejects lets the request through: the function itself says then what is wrong.
 */
export function admitEarly(server: Server, admit: Admit): void {
  const listeners = server.rawListeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const goOn = (): void => {
      if (request.headers['transfer-encoding'] !== undefined) cutOff(request, response);
      for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    };
    const decide = async (): Promise<void> => {
      let refusal: Answer | null = null;
      try {
        const head = headOf(request);
        refusal = admitBySize(head) ?? (await admit(head));
        admitted.add(request);
      } catch {
        refusal = null;
      }
      if (refusal === null) goOn();
      else refuse(request, response, refusal);
    };
    void decide();
  });
}
