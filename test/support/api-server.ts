// A server that answers like a node's API, from a table by path or by JSON-RPC method, and remembers what it was asked.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** A text is sent as it is, anything else as JSON. */
export type Said = { readonly status?: number; readonly body: unknown };
export type Answers = Readonly<Record<string, Said | 'reset' | 'silence'>>;

export type Asked = {
  readonly key: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
};

function say(response: ServerResponse, { status = 200, body }: Said): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function called(text: string): { readonly method: string; readonly id: unknown } {
  const value: unknown = text === '' ? null : JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('method' in value)) return { method: '', id: null };
  return { method: String(value.method), id: 'id' in value ? value.id : null };
}

/** Puts the id of the question into an answer that says `id: 'asked'`. */
function withId(said: Said, id: unknown): Said {
  const { body } = said;
  const isMeant = typeof body === 'object' && body !== null && 'id' in body && body.id === 'asked';
  return isMeant ? { ...said, body: { ...body, id } } : said;
}

/** What is not in the table gets a 404. A GET is looked up by its path, a POST by the method of its JSON-RPC call. */
export function apiServer(answers: Answers): { readonly server: Server; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method, id } = called(text);
      const url = request.url ?? '';
      const key = method === '' ? (url.split('?')[0] ?? '') : method;
      asked.push({ key, url, headers: request.headers });
      const said = answers[key] ?? { status: 404, body: '<html>not found</html>' };
      if (said === 'reset') request.socket.resetAndDestroy();
      else if (said !== 'silence') say(response, withId(said, id));
    });
  });
  return { server, asked };
}

/** Answers that no API gives, for the tests of every probe: a name, what is said, and the reason that it must have. */
export const nonsense = [
  ['HTML', { body: '<!doctype html><title>Bad gateway</title>' }, 'body'],
  ['nothing', { body: '' }, 'body'],
  ['JSON that breaks off', { body: '{"data":{"genesis_time":"16068' }, 'body'],
  ['a list', { body: [] }, 'body'],
  ['null', { body: 'null' }, 'body'],
  ['an object without fields', { body: {} }, 'body'],
  ['more than it may', { body: `{"result":"${'x'.repeat(1_100_000)}"}` }, 'protocol'],
  ['404 as the beacon API says it', { status: 404, body: { code: 404, message: 'no' } }, 'status'],
  [
    '404 as a web framework says it',
    { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'no' } },
    'status',
  ],
  ['500 in HTML', { status: 500, body: '<html>oops</html>' }, 'status'],
  ['500 as JSON', { status: 500, body: { code: 500, message: 'not implemented' } }, 'status'],
  ['502 with nothing', { status: 502, body: '' }, 'status'],
  ['a redirect', { status: 301, body: '' }, 'status'],
  ['503 with an answer that would be good', { status: 503, body: { id: 'asked', result: '0x1' } }, 'status'],
] as const satisfies readonly (readonly [string, Said, string])[];
