// Stands before a node, passes every request on, and keeps what was asked and answered, as a test will hear it again.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Exchange } from '../../support/recorded.ts';
import { listen } from '../../support/server.ts';

export type Recorder = {
  /** To be asked instead of the node. */
  readonly url: string;
  /** In the order of the answers; a question that is asked again takes the place of its first answer. */
  readonly exchanges: () => readonly Exchange[];
  /** Forgets what was kept so far. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
};

const limitMs = 20_000;

async function ask(target: string, method: string, path: string, body: string | null): Promise<Exchange> {
  const response = await fetch(`${target}${path}`, {
    method,
    signal: AbortSignal.timeout(limitMs),
    ...(body === null ? {} : { body, headers: { 'content-type': 'application/json' } }),
  });
  const type = response.headers.get('content-type');
  return {
    method,
    path,
    ...(body === null ? {} : { requestBody: body }),
    status: response.status,
    headers: type === null ? {} : { 'content-type': type },
    body: await response.text(),
  };
}

/** Records what goes to the node at this base url. A node that does not answer is a 504 here, and is not kept. */
export async function startRecorder(target: string): Promise<Recorder> {
  const kept = new Map<string, Exchange>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = request;
    const sent = await text(request);
    try {
      const exchange = await ask(target, method, url, sent === '' ? null : sent);
      kept.set(`${method} ${url} ${sent}`, exchange);
      response.writeHead(exchange.status, exchange.headers).end(exchange.body);
    } catch (error) {
      response.writeHead(504).end(String(error));
    }
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => {
      response.destroy();
    });
  });
  const { address, close } = await listen(server);
  return {
    url: `http://${address}`,
    exchanges: () => [...kept.values()],
    reset: () => {
      kept.clear();
    },
    close,
  };
}
