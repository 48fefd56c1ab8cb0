// A client on loopback that answers what a test wants: JSON-RPC by method, everything else by path, and in all the ways in which clients fail.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../support/server.ts';

/** JSON to answer with status 200, or one of the ways to give none. */
export type Answer =
  | { readonly json: unknown }
  | { readonly status: number; readonly text: string }
  | 'hang'
  | 'drip'
  | 'reset'
  | 'huge';

export type Stub = {
  readonly url: string;
  /** By JSON-RPC method (the answer is its result) or by path. `*` is for all that is not named. */
  readonly answers: Map<string, Answer>;
  /** For what is not named, when it is not always the same. */
  otherwise: (() => Answer) | null;
  readonly asked: { readonly path: string; readonly body: string }[];
  readonly close: () => Promise<void>;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

function methodOf(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'method' in parsed ? String(parsed.method) : null;
  } catch {
    return null;
  }
}

/** A byte each 200 ms, so that no single wait is ever long. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 200);
  response.once('close', () => {
    clearInterval(timer);
  });
}

export async function startStub(): Promise<Stub> {
  const answers = new Map<string, Answer>();
  const asked: { path: string; body: string }[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const path = request.url ?? '/';
    asked.push({ path, body });
    const method = methodOf(body);
    const answer = answers.get(method ?? path) ?? answers.get('*') ?? stub.otherwise?.();
    if (answer === 'hang') return;
    if (answer === 'drip') {
      drip(response);
      return;
    }
    if (answer === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (answer === 'huge') {
      response.end(`[${'1,'.repeat(600_000)}1]`);
      return;
    }
    if (answer === undefined) {
      response.writeHead(404).end('{"code":404,"message":"not found"}');
      return;
    }
    if ('text' in answer) {
      response.writeHead(answer.status).end(answer.text);
      return;
    }
    const wrapped = method === null ? answer.json : { jsonrpc: '2.0', id: 1, result: answer.json };
    response.end(JSON.stringify(wrapped));
  };
  const server = createServer((request, response) => {
    reply(request, response).catch(() => {
      response.destroy();
    });
  });
  const { address, close } = await listen(server);
  const stub: Stub = { url: `http://${address}`, answers, otherwise: null, asked, close };
  return stub;
}
