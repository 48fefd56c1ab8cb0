// A service for one test: keeps what it was sent and answers with the statuses that it is given.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { listen } from '../support/server.ts';

export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Receiver = {
  /** `host:port` */
  readonly address: string;
  /** The base address that a channel's option `api` takes. */
  readonly api: string;
  readonly received: Received[];
};

/** `statusOf` sees each request's path; 204 for all by default. */
export async function receiver(statusOf: (path: string) => number = () => 204): Promise<Receiver> {
  const received: Received[] = [];
  const server = await listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
        response.writeHead(statusOf(url)).end();
      });
    }),
  );
  onTestFinished(server.close);
  return { address: server.address, api: `http://${server.address}`, received };
}

/** The body of a request as the JSON that it is. */
export const jsonOf = (request: Received | undefined): unknown => JSON.parse(request?.body ?? 'null');

/** The fields of a form that was posted. */
export const formOf = (request: Received | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request?.body ?? ''));

/** A name with the markup of every channel in it. */
export const wild = '*_~`<@everyone> [x](http://e) & <!channel> # "q"';
