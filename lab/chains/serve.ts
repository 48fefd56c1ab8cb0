// Puts a pretend node behind a socket: what it answers is decided by a function of the request and the time.
import { createServer, type Server } from 'node:http';
import type { ApiAnswer, ApiRequest } from './api.ts';

/** A server that is not listening yet. `answer` is called for each request. */
export function nodeServer(answer: (request: ApiRequest) => ApiAnswer): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = {
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        body: Buffer.concat(chunks).toString('utf8'),
      };
      const { status, body } = answer(asked);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
}
